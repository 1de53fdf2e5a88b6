import { mul, square, sum } from '#core/graph';
import { defineBlock } from '#core/nn';
import type { Regularizer } from '#core/train';
import { z } from 'zod';
import { on, sumOver } from './parameters';

/** `strength / 2 * sum w^2` */
export const l2 = defineBlock({
  slot: 'regularizers',
  use: 'l2',
  title: 'L2 (ridge)',
  help: 'Pulls weights towards 0 in proportion to their size.',
  parameters: z.object({
    strength: z.number().nonnegative().max(10).default(1e-4).describe('Factor on half the squared norm.').meta({ label: 'Strength', scale: 'log' }),
    on,
  }),
  build: ({ strength, on: kinds }): Regularizer => ({
    penalty: ({ specs, parameters }) => mul(sumOver(specs, parameters, kinds, (w) => sum(square(w))), strength / 2),
  }),
});
