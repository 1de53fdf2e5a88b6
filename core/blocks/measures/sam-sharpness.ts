import { firstOrderRise } from '#core/curvature';
import { defineBlock } from '#core/nn';
import { z } from 'zod';
import { measureFields } from './fields';
import type { Measure } from './measure';

/** `L(w + rho g / |g|) - L(w)` with the gradient `g` of all chosen examples (Foret et al. 2021, equation 2): zero where that is zero. */
export const samSharpness = defineBlock({
  slot: 'measures',
  use: 'sam-sharpness',
  title: 'SAM sharpness',
  help: 'How much the loss rises within a radius, in the direction of the gradient.',
  paper: { title: 'Sharpness-Aware Minimization for Efficiently Improving Generalization', authors: 'Foret, Kleiner, Mobahi, Neyshabur', year: 2021, venue: 'ICLR', id: 'arXiv:2010.01412' },
  parameters: z.object({
    ...measureFields,
    rho: z.number().positive().max(100).default(0.05).describe('Radius in weight space.').meta({ label: 'Radius rho', scale: 'log' }),
  }),
  build: ({ every, everyEpochs, rho, ...examples }): Measure => ({
    every, everyEpochs, examples, passes: 2,
    take: async ({ gradient, loss }) => [{ value: (await firstOrderRise((await gradient()).gradient, rho, loss)) ?? 0 }],
  }),
});
