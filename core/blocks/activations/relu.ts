import { relu } from '#core/graph';
import { defineBlock } from '#core/nn';
import type { Activation } from '#core/nn';
import { z } from 'zod';

/** `max(0, x)` */
export const reluBlock = defineBlock({
  slot: 'activations',
  use: 'relu',
  title: 'ReLU',
  help: 'Zero below 0, the identity above. The usual choice.',
  paper: { title: 'Rectified Linear Units Improve Restricted Boltzmann Machines', authors: 'Nair, Hinton', year: 2010, venue: 'ICML' },
  parameters: z.object({}),
  build: (): Activation => relu,
});
