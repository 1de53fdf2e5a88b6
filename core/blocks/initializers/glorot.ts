import { defineBlock } from '#core/nn';
import type { Initializer } from '#core/nn';
import { z } from 'zod';
import { distribution, varianceScaling } from './variance-scaling';

/** Variance `2 / (fanIn + fanOut)` (equation 12). */
export const glorot = defineBlock({
  slot: 'initializers',
  use: 'glorot',
  title: 'Glorot (Xavier)',
  help: 'Balances signals and gradients for tanh and other symmetric activations.',
  paper: {
    title: 'Understanding the Difficulty of Training Deep Feedforward Neural Networks',
    authors: 'Glorot, Bengio',
    year: 2010,
    venue: 'AISTATS',
  },
  parameters: z.object({ distribution }),
  build: (parameters): Initializer =>
    varianceScaling(parameters.distribution, ({ fanIn, fanOut }) => 2 / (fanIn + fanOut)),
});
