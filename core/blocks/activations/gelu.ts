import { gelu } from '#core/graph';
import { defineBlock } from '#core/nn';
import type { Activation } from '#core/nn';
import { z } from 'zod';

/** `x Phi(x), with Phi the normal distribution function` */
export const geluBlock = defineBlock({
  slot: 'activations',
  use: 'gelu',
  title: 'GELU',
  help: 'A smooth ReLU, weighted by the normal distribution.',
  paper: { title: 'Gaussian Error Linear Units (GELUs)', authors: 'Hendrycks, Gimpel', year: 2016, id: 'arXiv:1606.08415' },
  parameters: z.object({}),
  build: (): Activation => gelu,
});
