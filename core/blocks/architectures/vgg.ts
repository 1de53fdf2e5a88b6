import { batchNorm, compose, convolution, defineBlock, dropout as dropoutLayer, elementwise, flatten, linear, pooling, sequential } from '#core/nn';
import type { Architecture, Layer } from '#core/nn';
import { z } from 'zod';
import { activations } from '../activations';
import { initializers } from '../initializers';

/** Convolutions in each of the five stages, by the number of weighted layers (table 1: A, B, D, E; three of them dense). */
const stagesOf = { 11: [1, 1, 2, 2, 2], 13: [2, 2, 2, 2, 2], 16: [2, 2, 3, 3, 3], 19: [2, 2, 4, 4, 4] } as const;

/** Channels of the stages in multiples of the first. */
const channelFactors = [1, 2, 4, 8, 8] as const;

/**
 * VGG (section 2): five stages of 3x3 convolutions, each halved by a 2x2 maximum, then dense layers. `features` and `classifier`
 * are numbered as in torchvision (convolutions keep their bias under BatchNorm, as there). On small pictures the usual form has
 * one dense layer (`hidden` empty); the paper's own has `[4096, 4096]` with dropout 0.5, on 224x224.
 */
export const vgg = defineBlock({
  slot: 'architectures',
  use: 'vgg',
  title: 'VGG',
  help: 'Stacks of 3x3 convolutions halved five times: pictures of at least 32x32. The classic deep network without shortcuts.',
  paper: { title: 'Very Deep Convolutional Networks for Large-Scale Image Recognition', authors: 'Simonyan, Zisserman', year: 2015, id: 'arXiv:1409.1556' },
  inputs: ['image'],
  parameters: z.object({
    depth: z.union([z.literal(11), z.literal(13), z.literal(16), z.literal(19)]).default(11)
      .describe('Layers of the paper’s network: 11, 13, 16 or 19, three of them dense there.').meta({ label: 'Depth', unit: 'layers' }),
    width: z.number().int().min(1).max(1024).default(64)
      .describe('Channels of the first stage; the others have 2, 4, 8 and 8 times as many.').meta({ label: 'Width', unit: 'channels' }),
    norm: z.enum(['none', 'batch']).default('batch').describe('BatchNorm after each convolution, or none as in the paper.').meta({ label: 'Normalization' }),
    hidden: z.array(z.number().int().min(1).max(65_536)).max(8).default([])
      .describe('Units of the dense layers before the output; empty on small pictures, 4096 and 4096 in the paper.').meta({ label: 'Hidden dense layers', unit: 'units' }),
    dropout: z.number().min(0).max(0.95).default(0.5)
      .describe('Share of the hidden dense units dropped in each training step.').meta({ label: 'Dropout' }),
    activation: activations.schema.prefault('relu').describe('Nonlinearity after each layer.').meta({ label: 'Activation', advanced: true }),
    initializer: initializers.schema.prefault({ use: 'he', fan: 'out' }).describe('How the first weights are drawn; torchvision’s choice is He, fan out.').meta({ label: 'Initializer', advanced: true }),
  }),
  build({ depth, width, norm, hidden, dropout, ...parameters }, context): Architecture {
    const activation = elementwise(activations.build(parameters.activation, context));
    const initializer = initializers.build(parameters.initializer, context);
    const rows = stagesOf[depth].flatMap((convolutions, stage): Layer[] => {
      const channels = width * channelFactors[stage]!;
      const one = [convolution({ channels, kernel: 3, padding: 1, initializer }), ...(norm === 'batch' ? [batchNorm()] : []), activation];
      return [...Array.from({ length: convolutions }, () => one).flat(), pooling('max', { size: 2 })];
    });
    const features = sequential(rows)(context.exampleShape);
    const flat = flatten(features.outputShape);
    const dense = hidden.flatMap((units) => [linear({ units, initializer }), activation, dropoutLayer(dropout)]);
    const classifier = sequential([...dense, linear({ units: context.outputs, initializer })])(flat.outputShape);
    return compose({
      title: `VGG-${depth}${norm === 'batch' ? ' with BatchNorm' : ''}`,
      inputShape: context.exampleShape,
      outputShape: classifier.outputShape,
      children: { features, flat, classifier },
      forward: (call, x) => call('classifier', call('flat', call('features', x))),
    });
  },
});
