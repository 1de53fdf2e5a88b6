import { defineBlock, elementwise, flatten, linear, locallyConnected } from '#core/nn';
import type { Architecture } from '#core/nn';
import { z } from 'zod';
import { activations } from '../activations';
import { initializers } from '../initializers';
import { layered } from './network';

/**
 * Locally connected network: layers that look at small windows as convolutions do, but with weights of their own at every place;
 * then a dense layer to the outputs. What a convolutional network would be without weight sharing.
 * `layers.0.weight` is `[places, channels, in, k, k]`.
 */
export const lcn = defineBlock({
  slot: 'architectures',
  use: 'lcn',
  title: 'Locally connected',
  help: 'A convolutional network without weight sharing: tells apart what locality and what sharing are worth.',
  paper: { title: 'Generalization and Network Design Strategies', authors: 'LeCun', year: 1989 },
  inputs: ['image'],
  parameters: z.object({
    channels: z.array(z.number().int().min(1).max(1024)).min(1).max(16).default([8, 16])
      .describe('Channels of each locally connected layer.').meta({ label: 'Channels' }),
    kernel: z.number().int().min(1).max(31).default(3).describe('Side of the square windows.').meta({ label: 'Window', unit: 'pixels' }),
    stride: z.number().int().min(1).max(16).default(2).describe('Pixels between two windows.').meta({ label: 'Stride', unit: 'pixels' }),
    padding: z.number().int().min(0).max(16).default(1).describe('Border of zeros.').meta({ label: 'Padding', unit: 'pixels' }),
    activation: activations.schema.prefault('relu').describe('Nonlinearity after each layer.').meta({ label: 'Activation' }),
    initializer: initializers.schema.prefault('he').describe('How the first weights are drawn.').meta({ label: 'Initializer', advanced: true }),
  }),
  build({ channels, kernel, stride, padding, ...parameters }, context): Architecture {
    const activation = activations.build(parameters.activation, context);
    const initializer = initializers.build(parameters.initializer, context);
    const rows = channels.flatMap((each) => [locallyConnected({ channels: each, kernel, stride, padding, initializer }), elementwise(activation)]);
    return layered(`LCN ${[...channels, context.outputs].join('-')}`, context.exampleShape, [...rows, flatten, linear({ units: context.outputs, initializer })]);
  },
});
