import { expm1, greater, minimum, mul, where } from '#core/graph';
import { defineBlock } from '#core/nn';
import type { Activation } from '#core/nn';
import { z } from 'zod';

/** `x` above 0, `alpha (exp(x) - 1)` below. */
export const eluBlock = defineBlock({
  slot: 'activations',
  use: 'elu',
  title: 'ELU',
  help: 'Smooth below 0, levelling off at -alpha; keeps mean activations near 0.',
  paper: {
    title: 'Fast and Accurate Deep Network Learning by Exponential Linear Units (ELUs)',
    authors: 'Clevert, Unterthiner, Hochreiter',
    year: 2016,
    id: 'arXiv:1511.07289',
  },
  parameters: z.object({
    alpha: z.number().positive().max(10).default(1).describe('The level that large negative inputs approach, negated.').meta({ label: 'Alpha' }),
  }),
  // The exponential sees no positive input: it would overflow there, and its derivative times 0 would be NaN.
  build: ({ alpha }): Activation => (x) => where(greater(x, 0), x, mul(expm1(minimum(x, 0)), alpha)),
});
