import { abs, add } from '#core/graph';
import { defineBlock } from '#core/nn';
import { z } from 'zod';
import { baseOptimizers } from './base';
import { base, radius, sharpnessAware } from './sharpness-aware';

/**
 * `e = rho T^2 g / |T g|` with `T = |w| + eta` for weights and 1 for biases, so that the neighbourhood keeps its meaning when layers
 * are rescaled (Kwon et al. 2021, equation 6 and algorithm 1). As in its authors' code every parameter called a weight is scaled, those of
 * normalizations too.
 */
export const asam = defineBlock({
  slot: 'optimizers',
  use: 'asam',
  title: 'ASAM',
  help: 'SAM with a neighbourhood in proportion to each weight: rescaling a ReLU layer does not change it.',
  paper: { title: 'ASAM: Adaptive Sharpness-Aware Minimization for Scale-Invariant Learning of Deep Neural Networks', authors: 'Kwon, Kim, Park, Choi', year: 2021, venue: 'ICML', id: 'arXiv:2102.11600' },
  parameters: z.object({
    rho: radius(0.5, 'How far the worst place is looked for, as a share of the weights; 0 is the base optimizer.'),
    eta: z.number().nonnegative().max(10).default(0.01)
      .describe('Added to the size of every weight: lets those near 0 move too.').meta({ label: 'Eta', scale: 'log', advanced: true }),
    base,
  }),
  build: ({ rho, eta, base: specification }, context) =>
    sharpnessAware(baseOptimizers.build(specification, context), rho, (name, parameter, specs) =>
      (specs[name]?.kind === 'weight' || name.slice(name.lastIndexOf('.') + 1).includes('weight') ? add(abs(parameter), eta) : undefined)),
});
