import { norm } from '#core/curvature';
import { defineBlock } from '#core/nn';
import { z } from 'zod';
import { measureFields } from './fields';
import type { Measure } from './measure';

/** `|grad L|` over all chosen examples, not of one batch. */
export const gradientNorm = defineBlock({
  slot: 'measures',
  use: 'gradient-norm',
  title: 'Gradient norm',
  help: 'Of the loss over all chosen examples: how near the weights are to a stationary point.',
  parameters: z.object(measureFields),
  build: ({ every, everyEpochs, ...examples }): Measure => ({
    every, everyEpochs, examples, passes: 1,
    take: async ({ gradient }) => [{ value: norm((await gradient()).gradient) }],
  }),
});
