import { defineBlock } from '#core/nn';
import type { Initializer } from '#core/nn';
import { z } from 'zod';
import { distribution, varianceScaling } from './variance-scaling';

/** Variance `2 / fan`, which keeps the size of signals through layers of ReLU (equations 10 and 14). */
export const he = defineBlock({
  slot: 'initializers',
  use: 'he',
  title: 'He (Kaiming)',
  help: 'Keeps the size of signals through ReLU layers. The usual choice with ReLU.',
  paper: {
    title: 'Delving Deep into Rectifiers: Surpassing Human-Level Performance on ImageNet Classification',
    authors: 'He, Zhang, Ren, Sun',
    year: 2015,
    id: 'arXiv:1502.01852',
  },
  parameters: z.object({
    distribution,
    fan: z.enum(['in', 'out']).default('in')
      .describe('Keep the size of the signals going forward (in) or of the gradients going back (out).')
      .meta({ label: 'Fan', advanced: true }),
  }),
  build: (parameters): Initializer =>
    varianceScaling(parameters.distribution, ({ fanIn, fanOut }) => 2 / (parameters.fan === 'in' ? fanIn : fanOut)),
});
