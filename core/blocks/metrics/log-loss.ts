import { defineBlock } from '#core/nn';
import type { Metric } from '#core/train';
import { z } from 'zod';

const smallest = 1e-15;

/** Mean of `-log p(true class)`; probabilities below 1e-15 count as 1e-15, so that one certain mistake stays finite. */
export const logLoss = defineBlock({
  slot: 'metrics',
  use: 'log-loss',
  title: 'Log-loss',
  help: 'Mean of minus the log-probability of the true class: punishes confident mistakes.',
  tasks: ['classification'],
  parameters: z.object({}),
  build: (): Metric => ({
    better: 'lower',
    unit: 'none',
    measure({ count, classes, labels, probabilities }) {
      let total = 0;
      for (let i = 0; i < count; i++) total -= Math.log(Math.max(smallest, probabilities[i * classes + labels[i]!]!));
      return total / count;
    },
  }),
});
