import { defineBlock } from '#core/nn';
import { z } from 'zod';
import { eigenvalues } from './eigenvalues';
import { eigenFields, measureFields } from './fields';

export const hessianBottom = defineBlock({
  slot: 'measures',
  use: 'hessian-bottom',
  title: 'Smallest Hessian eigenvalues',
  help: 'The most negative curvature: how far from a minimum the weights are.',
  paper: { title: 'An Investigation into Neural Net Optimization via Hessian Eigenvalue Density', authors: 'Ghorbani, Krishnan, Xiao', year: 2019, venue: 'ICML', id: 'arXiv:1901.10159' },
  parameters: z.object({ ...measureFields, ...eigenFields }),
  build: (parameters) => eigenvalues('hessian', 'smallest', parameters),
});
