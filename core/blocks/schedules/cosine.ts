import { defineBlock } from '#core/nn';
import { z } from 'zod';
import { warmup, withWarmup } from './warmup';

/** `end + (1 - end) (1 + cos(pi s / S)) / 2` (equation 5, one cycle). */
export const cosine = defineBlock({
  slot: 'schedules',
  use: 'cosine',
  title: 'Cosine',
  help: 'Lowers the learning rate along half a cosine. A good first choice.',
  paper: { title: 'SGDR: Stochastic Gradient Descent with Warm Restarts', authors: 'Loshchilov, Hutter', year: 2017, id: 'arXiv:1608.03983' },
  parameters: z.object({
    end: z.number().min(0).max(1).default(0).describe('Share of the base rate left at the end.').meta({ label: 'End', scale: 'log', advanced: true }),
    warmup,
  }),
  build: ({ end, warmup: amount }, context) =>
    withWarmup(amount, context, (step, steps) => end + ((1 - end) * (1 + Math.cos((Math.PI * step) / steps))) / 2),
});
