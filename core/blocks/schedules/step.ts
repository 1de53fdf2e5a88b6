import { defineBlock } from '#core/nn';
import type { Schedule } from '#core/train';
import { z } from 'zod';
import { warmup, warmupSteps } from './warmup';

/** `factor^k` after the `k`-th drop; drops fall at the given shares of the whole training, the rise included. */
export const stepSchedule = defineBlock({
  slot: 'schedules',
  use: 'step',
  title: 'Step',
  help: 'Drops the learning rate by a factor at given points of the training.',
  parameters: z.object({
    at: z.array(z.number().gt(0).lt(1)).min(1).default([0.5, 0.75])
      .describe('When to drop, as shares of the training: 0.5 is half-way.').meta({ label: 'Drops', unit: 'share of the training' }),
    factor: z.number().gt(0).lt(1).default(0.1).describe('What each drop multiplies the rate by.').meta({ label: 'Factor', scale: 'log' }),
    warmup,
  }),
  build({ at, factor, warmup: amount }, { steps }): Schedule {
    const rise = warmupSteps(amount, steps);
    return (step) => (step < rise ? (step + 1) / (rise + 1) : factor ** at.filter((share) => step >= share * steps).length);
  },
});
