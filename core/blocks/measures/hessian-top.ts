import { defineBlock } from '#core/nn';
import { z } from 'zod';
import { eigenvalues } from './eigenvalues';
import { eigenFields, measureFields } from './fields';

export const hessianTop = defineBlock({
  slot: 'measures',
  use: 'hessian-top',
  title: 'Largest Hessian eigenvalues',
  help: 'The sharpness of the loss; beside it the largest one at which the optimizer is stable.',
  paper: { title: 'Gradient Descent on Neural Networks Typically Occurs at the Edge of Stability', authors: 'Cohen, Kaur, Li, Kolter, Talwalkar', year: 2021, venue: 'ICLR', id: 'arXiv:2103.00065' },
  parameters: z.object({ ...measureFields, ...eigenFields }),
  build: (parameters) => eigenvalues('hessian', 'largest', parameters),
});
