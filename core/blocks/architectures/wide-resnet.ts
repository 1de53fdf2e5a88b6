import { batchNorm, defineBlock } from '#core/nn';
import type { Architecture } from '#core/nn';
import { z } from 'zod';
import { activations } from '../activations';
import { initializers } from '../initializers';
import { residualNetwork, shortcutSchema } from './residual-network';

/** Channels of the first convolution, and of the first stage at factor 1. */
const baseChannels = 16;

/**
 * WRN-d-k (section 3): three stages of `n` pre-activation blocks with `16 k`, `32 k` and `64 k` channels, `d = 6 n + 4`; dropout
 * between the two convolutions of a block. First weights: He, as in the paper's code.
 * Names as in torchvision's residual networks: `conv1`, `layer1.0.bn1`, `layer1.0.conv1`, `layer2.0.downsample.0`, `bn1`, `fc`.
 */
export const wideResnet = defineBlock({
  slot: 'architectures',
  use: 'wide-resnet',
  title: 'Wide ResNet',
  help: 'Fewer, wider pre-activation blocks than a ResNet: WRN-16-4, WRN-28-10. Strong on small pictures, quick for its size.',
  paper: { title: 'Wide Residual Networks', authors: 'Zagoruyko, Komodakis', year: 2016, id: 'arXiv:1605.07146' },
  inputs: ['image'],
  parameters: z.object({
    depth: z.number().int().min(10).max(1000).default(16)
      .refine((depth) => (depth - 4) % 6 === 0, { error: 'the depth must be 6n + 4: 10, 16, 22, 28, 40, ...' })
      .describe('Layers: 6n + 4, such as 16, 28, 40.').meta({ label: 'Depth', unit: 'layers' }),
    factor: z.number().int().min(1).max(64).default(2)
      .describe('Widening factor k: the stages have 16k, 32k and 64k channels.').meta({ label: 'Widening factor' }),
    dropout: z.number().min(0).max(0.95).default(0)
      .describe('Share of the numbers dropped between the two convolutions of each block.').meta({ label: 'Dropout' }),
    shortcut: shortcutSchema,
    activation: activations.schema.prefault('relu').describe('Nonlinearity after each normalization.').meta({ label: 'Activation', advanced: true }),
    initializer: initializers.schema.prefault('he').describe('How the first weights are drawn.').meta({ label: 'Initializer', advanced: true }),
  }),
  build({ depth, factor, dropout, shortcut, ...parameters }, context): Architecture {
    const width = baseChannels * factor;
    return residualNetwork({
      title: `${shortcut === 'none' ? 'Plain ' : ''}WRN-${depth}-${factor}`,
      firstChannels: baseChannels,
      widths: [width, 2 * width, 4 * width],
      blocks: (depth - 4) / 6,
      activation: activations.build(parameters.activation, context),
      norm: batchNorm(),
      initializer: initializers.build(parameters.initializer, context),
      order: 'pre',
      shortcut,
      dropout,
    }, context);
  },
});
