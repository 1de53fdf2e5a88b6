import { defineBlock } from '#core/nn';
import { z } from 'zod';
import { eigenvalues } from './eigenvalues';
import { eigenFields, measureFields } from './fields';

export const gaussNewtonTop = defineBlock({
  slot: 'measures',
  use: 'gauss-newton-top',
  title: 'Largest Gauss-Newton eigenvalues',
  help: 'The part of the curvature that the outputs bring, never negative for convex losses.',
  paper: { title: 'Fast Curvature Matrix-Vector Products for Second-Order Gradient Descent', authors: 'Schraudolph', year: 2002, id: '10.1162/08997660260028683' },
  parameters: z.object({ ...measureFields, ...eigenFields }),
  build: (parameters) => eigenvalues('gauss-newton', 'largest', parameters),
});
