import { defineBlock } from '#core/nn';
import type { Metric } from '#core/train';
import { z } from 'zod';

/** Square root of the mean of `(predicted - truth)^2`. */
export const rmse = defineBlock({
  slot: 'metrics',
  use: 'rmse',
  title: 'RMSE',
  help: 'Root of the mean squared error, in the unit of the target.',
  tasks: ['regression'],
  parameters: z.object({}),
  build: (): Metric => ({
    better: 'lower',
    unit: 'target',
    measure({ truth, predicted }) {
      let total = 0;
      for (let i = 0; i < truth.length; i++) total += (predicted[i]! - truth[i]!) ** 2;
      return Math.sqrt(total / truth.length);
    },
  }),
});
