import { abs, mul, sum } from '#core/graph';
import { defineBlock } from '#core/nn';
import type { Regularizer } from '#core/train';
import { z } from 'zod';
import { on, sumOver } from './parameters';

/** `strength * sum |w|` */
export const l1 = defineBlock({
  slot: 'regularizers',
  use: 'l1',
  title: 'L1 (lasso)',
  help: 'Pulls every weight towards 0 equally hard, so that many end near 0.',
  paper: { title: 'Regression Shrinkage and Selection via the Lasso', authors: 'Tibshirani', year: 1996, id: '10.1111/j.2517-6161.1996.tb02080.x' },
  parameters: z.object({
    strength: z.number().nonnegative().max(10).default(1e-5).describe('Factor on the sum of absolute values.').meta({ label: 'Strength', scale: 'log' }),
    on,
  }),
  build: ({ strength, on: kinds }): Regularizer => ({
    penalty: ({ specs, parameters }) => mul(sumOver(specs, parameters, kinds, (w) => sum(abs(w))), strength),
  }),
});
