import { defineBlock } from '#core/nn';
import type { Metric } from '#core/train';
import { z } from 'zod';

/** Mean of `(restored - original)^2` over all numbers of all examples, in the network's units. */
export const reconstructionError = defineBlock({
  slot: 'metrics',
  use: 'mse',
  title: 'MSE',
  help: 'Mean squared error of restored examples, in standard deviations of the data (squared) where these are standardized.',
  tasks: ['reconstruction'],
  proposedFor: ['reconstruction'],
  parameters: z.object({}),
  build: (): Metric => ({
    better: 'lower',
    unit: 'none',
    measure: ({ squaredError, count }) => squaredError.reduce((a, b) => a + b, 0) / count,
  }),
});
