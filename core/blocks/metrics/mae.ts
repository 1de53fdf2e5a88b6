import { defineBlock } from '#core/nn';
import type { Metric } from '#core/train';
import { z } from 'zod';

/** Mean of `|predicted - truth|`. */
export const mae = defineBlock({
  slot: 'metrics',
  use: 'mae',
  title: 'MAE',
  help: 'Mean absolute error, in the unit of the target.',
  tasks: ['regression'],
  proposedFor: ['regression'],
  parameters: z.object({}),
  build: (): Metric => ({
    better: 'lower',
    unit: 'target',
    measure({ truth, predicted }) {
      let total = 0;
      for (let i = 0; i < truth.length; i++) total += Math.abs(predicted[i]! - truth[i]!);
      return total / truth.length;
    },
  }),
});
