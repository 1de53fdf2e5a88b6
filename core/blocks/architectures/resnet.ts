import { batchNorm, compose, convolution, defineBlock, globalAveragePooling, groupNorm, linear, residual, sequential } from '#core/nn';
import type { Architecture, Layer, Module, Shape } from '#core/nn';
import { z } from 'zod';
import { activations } from '../activations';
import { initializers } from '../initializers';
import { groupsSchema } from './norm';

/**
 * ResNet for small pictures (section 4.2): a 3x3 convolution, three stages of `n` residual blocks with `width`, `2 width` and
 * `4 width` channels at full, half and quarter resolution, the average over the picture, and a dense layer;
 * `6 n + 2` layers deep. Shortcuts that change shape are 1x1 convolutions (option B).
 * Names as in torchvision: `conv1`, `bn1`, `layer1.0.conv1`, `layer2.0.downsample.0`, `fc`.
 */
export const resnet = defineBlock({
  slot: 'architectures',
  use: 'resnet',
  title: 'ResNet',
  help: 'Residual network for small pictures (about 32x32), 8, 20 or more layers deep.',
  paper: { title: 'Deep Residual Learning for Image Recognition', authors: 'He, Zhang, Ren, Sun', year: 2016, id: 'arXiv:1512.03385' },
  inputs: ['image'],
  parameters: z.object({
    depth: z.number().int().min(8).max(1202).default(20)
      .refine((depth) => (depth - 2) % 6 === 0, { error: 'the depth must be 6n + 2: 8, 14, 20, 32, 44, 56, ...' })
      .describe('Layers: 6n + 2, such as 8, 20, 32, 56.').meta({ label: 'Depth', unit: 'layers' }),
    width: z.number().int().min(1).max(1024).default(16)
      .describe('Channels of the first stage; the others have two and four times as many.').meta({ label: 'Width', unit: 'channels' }),
    norm: z.enum(['batch', 'group']).default('batch')
      .describe('Normalize over the batch, or over groups of channels of each picture.').meta({ label: 'Normalization' }),
    groups: groupsSchema,
    activation: activations.schema.prefault('relu').describe('Nonlinearity after each normalization.').meta({ label: 'Activation', advanced: true }),
    initializer: initializers.schema.prefault('he').describe('How the first weights are drawn.').meta({ label: 'Initializer', advanced: true }),
  }),
  build(parameters, context): Architecture {
    const { depth, width, groups } = parameters;
    const activation = activations.build(parameters.activation, context);
    const initializer = initializers.build(parameters.initializer, context);
    const norm: Layer = parameters.norm === 'batch' ? batchNorm() : groupNorm({ groups });
    const blocks = (depth - 2) / 6;
    const stage = (channels: number, firstStride: number): Layer => sequential(
      Array.from({ length: blocks }, (_, i) => residual({ channels, stride: i === 0 ? firstStride : 1, activation, norm, initializer })),
    );
    let shape: Shape = context.exampleShape;
    const next = (layer: Layer): Module => {
      const module = layer(shape);
      shape = module.outputShape;
      return module;
    };
    const children = {
      conv1: next(convolution({ channels: width, kernel: 3, padding: 1, bias: false, initializer })),
      bn1: next(norm),
      layer1: next(stage(width, 1)),
      layer2: next(stage(2 * width, 2)),
      layer3: next(stage(4 * width, 2)),
      pool: next(globalAveragePooling),
      fc: next(linear({ units: context.outputs, initializer })),
    };
    return compose({
      title: `ResNet-${depth}`,
      inputShape: context.exampleShape,
      outputShape: shape,
      children,
      forward: (call, x) => ['layer1', 'layer2', 'layer3', 'pool', 'fc']
        .reduce((value, child) => call(child, value), activation(call('bn1', call('conv1', x)))),
    });
  },
});
