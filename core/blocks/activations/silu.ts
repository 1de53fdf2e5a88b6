import { silu } from '#core/graph';
import { defineBlock } from '#core/nn';
import type { Activation } from '#core/nn';
import { z } from 'zod';

/** `x sigmoid(x)` */
export const siluBlock = defineBlock({
  slot: 'activations',
  use: 'silu',
  title: 'SiLU (Swish)',
  help: 'Smooth and not monotone; close to ReLU for large inputs.',
  paper: {
    title: 'Sigmoid-Weighted Linear Units for Neural Network Function Approximation in Reinforcement Learning',
    authors: 'Elfwing, Uchibe, Doya',
    year: 2018,
    id: 'arXiv:1702.03118',
  },
  parameters: z.object({}),
  build: (): Activation => silu,
});
