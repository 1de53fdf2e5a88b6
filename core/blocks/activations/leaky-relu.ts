import { leakyRelu } from '#core/graph';
import { defineBlock } from '#core/nn';
import type { Activation } from '#core/nn';
import { z } from 'zod';

/** `x` above 0, `slope x` below. */
export const leakyReluBlock = defineBlock({
  slot: 'activations',
  use: 'leaky-relu',
  title: 'Leaky ReLU',
  help: 'ReLU that keeps a small slope below 0, so that no unit dies.',
  paper: { title: 'Rectifier Nonlinearities Improve Neural Network Acoustic Models', authors: 'Maas, Hannun, Ng', year: 2013, venue: 'ICML workshop' },
  parameters: z.object({
    slope: z.number().min(0).max(1).default(0.01).describe('Slope below 0.').meta({ label: 'Slope' }),
  }),
  build: ({ slope }): Activation => (x) => leakyRelu(x, slope),
});
