import { defineBlock } from '#core/nn';
import type { Metric } from '#core/train';
import { z } from 'zod';

/** Share of the tokens whose most probable prediction is the true one. */
export const tokenAccuracy = defineBlock({
  slot: 'metrics',
  use: 'token-accuracy',
  title: 'Token accuracy',
  help: 'Share of the tokens that the model would have written itself.',
  tasks: ['language-model'],
  proposedFor: ['language-model'],
  parameters: z.object({}),
  build: (): Metric => ({
    better: 'higher',
    unit: 'share',
    measure: ({ tokenAccuracy: shares, count }) => shares.reduce((a, b) => a + b, 0) / count,
  }),
});
