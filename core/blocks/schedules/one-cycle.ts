import { defineBlock } from '#core/nn';
import type { Schedule } from '#core/train';
import { z } from 'zod';

/** Half a cosine from `from` to `to` as `share` goes from 0 to 1. */
const anneal = (from: number, to: number, share: number): number => to + ((from - to) * (1 + Math.cos(Math.PI * share))) / 2;

/**
 * One cycle: from `1 / startDivisor` up to 1 within the warm-up, then down to `1 / (startDivisor endDivisor)`, both along half
 * a cosine. The optimizer's base rate is the peak.
 */
export const oneCycle = defineBlock({
  slot: 'schedules',
  use: 'one-cycle',
  title: 'One cycle',
  help: 'Rises to a large learning rate, then falls to almost none: fast training in few epochs.',
  paper: {
    title: 'Super-Convergence: Very Fast Training of Neural Networks Using Large Learning Rates',
    authors: 'Smith, Topin',
    year: 2018,
    id: 'arXiv:1708.07120',
  },
  parameters: z.object({
    warmup: z.number().nonnegative().default(0.3)
      .describe('The rise: below 1 a share of all steps, from 1 on a number of steps.').meta({ label: 'Warm-up', unit: 'share or steps' }),
    startDivisor: z.number().min(1).default(25).describe('The first rate is the peak divided by this.').meta({ label: 'Start divisor', scale: 'log' }),
    endDivisor: z.number().min(1).default(1e4).describe('The last rate is the first divided by this.').meta({ label: 'End divisor', scale: 'log' }),
  }),
  build({ warmup, startDivisor, endDivisor }, { steps }): Schedule {
    const peak = Math.min(steps - 1, warmup < 1 ? warmup * steps : warmup);
    const start = 1 / startDivisor;
    return (step) => (step < peak
      ? anneal(start, 1, step / peak)
      : anneal(1, start / endDivisor, (step - peak) / Math.max(1, steps - 1 - peak)));
  },
});
