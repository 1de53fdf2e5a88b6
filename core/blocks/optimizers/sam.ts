import { defineBlock } from '#core/nn';
import { z } from 'zod';
import { baseOptimizers } from './base';
import { base, radius, sharpnessAware } from './sharpness-aware';

/**
 * `e = rho g / |g|` with the gradient `g` of the batch's loss at `w`; the base optimizer steps from `w` with the gradient at `w + e`
 * (Foret et al. 2021, algorithm 1 and equation 2).
 */
export const sam = defineBlock({
  slot: 'optimizers',
  use: 'sam',
  title: 'SAM',
  help: 'Steps by the gradient at the worst place nearby and so prefers flat minima. Every step costs two gradients.',
  paper: { title: 'Sharpness-Aware Minimization for Efficiently Improving Generalization', authors: 'Foret, Kleiner, Mobahi, Neyshabur', year: 2021, venue: 'ICLR', id: 'arXiv:2010.01412' },
  parameters: z.object({ rho: radius(0.05, 'How far the worst place is looked for; 0 is the base optimizer.'), base }),
  build: ({ rho, base: specification }, context) => sharpnessAware(baseOptimizers.build(specification, context), rho),
});
