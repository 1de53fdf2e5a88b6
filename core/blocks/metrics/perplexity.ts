import { defineBlock } from '#core/nn';
import type { Metric } from '#core/train';
import { z } from 'zod';

/** `exp` of the mean of minus the log-probability of the true tokens: as uncertain as a choice among so many equal tokens. */
export const perplexity = defineBlock({
  slot: 'metrics',
  use: 'perplexity',
  title: 'Perplexity',
  help: 'Among how many equally likely tokens the model is as uncertain as among its own. 1 is certainty.',
  tasks: ['language-model'],
  proposedFor: ['language-model'],
  parameters: z.object({}),
  build: (): Metric => ({
    better: 'lower',
    unit: 'none',
    measure: ({ tokenLoss, count }) => Math.exp(tokenLoss.reduce((a, b) => a + b, 0) / count),
  }),
});
