import { UserError } from '#core/graph';
import { batchNorm, bottleneckExpansion, defineBlock, groupNorm } from '#core/nn';
import type { Architecture } from '#core/nn';
import { z } from 'zod';
import { activations } from '../activations';
import { initializers } from '../initializers';
import { groupsSchema } from './norm';
import { residualNetwork, shortcutSchema } from './residual-network';

/** Weighted layers outside the blocks: the first convolution and the dense layer. */
const outside = 2;
/** Convolutions of the three stages together, for one block a stage. */
const layersABlock = { basic: 6, bottleneck: 9 };

const depthError = 'the depth must be 6n + 2 (8, 14, 20, 32, 44, 56, 110, ...), or 9n + 2 with bottleneck blocks (11, 20, 29, 164, ...)';

/**
 * ResNet for small pictures (section 4.2): three stages of `n` residual blocks, `6 n + 2` layers deep with blocks of two
 * convolutions, `9 n + 2` with bottlenecks. Version 2 normalizes and activates before each convolution (He et al. 2016,
 * "Identity Mappings in Deep Residual Networks", arXiv:1603.05027), so that shortcuts are pure sums.
 * Names as in torchvision: `conv1`, `bn1`, `layer1.0.conv1`, `layer2.0.downsample.0`, `fc`.
 */
export const resnet = defineBlock({
  slot: 'architectures',
  use: 'resnet',
  title: 'ResNet',
  help: 'Residual network for small pictures (about 32x32), 8, 20 or more layers deep; or the same network without shortcuts.',
  paper: { title: 'Deep Residual Learning for Image Recognition', authors: 'He, Zhang, Ren, Sun', year: 2016, id: 'arXiv:1512.03385' },
  inputs: ['image'],
  parameters: z.object({
    depth: z.number().int().min(8).max(1202).default(20)
      .refine((depth) => Object.values(layersABlock).some((layers) => (depth - outside) % layers === 0), { error: depthError })
      .describe('Layers: 6n + 2, such as 8, 20, 32, 56; with bottleneck blocks 9n + 2.').meta({ label: 'Depth', unit: 'layers' }),
    width: z.number().int().min(1).max(1024).default(16)
      .describe('Channels of the first stage; the others have two and four times as many.').meta({ label: 'Width', unit: 'channels' }),
    version: z.enum(['v1', 'v2']).default('v1')
      .describe('v1: activation after each sum. v2 (pre-activation): norm and activation before each convolution; trains at any depth.').meta({ label: 'Version' }),
    block: z.enum(['basic', 'bottleneck']).default('basic')
      .describe('Two 3x3 convolutions a block; or 1x1, 3x3 and 1x1, the last with four times the channels.').meta({ label: 'Block' }),
    shortcut: shortcutSchema,
    norm: z.enum(['batch', 'group']).default('batch')
      .describe('Normalize over the batch, or over groups of channels of each picture.').meta({ label: 'Normalization' }),
    groups: groupsSchema,
    activation: activations.schema.prefault('relu').describe('Nonlinearity after each normalization.').meta({ label: 'Activation', advanced: true }),
    initializer: initializers.schema.prefault('he').describe('How the first weights are drawn.').meta({ label: 'Initializer', advanced: true }),
  }),
  build(parameters, context): Architecture {
    const { depth, width, groups, version, shortcut } = parameters;
    const blocks = (depth - outside) / layersABlock[parameters.block];
    if (!Number.isInteger(blocks)) {
      throw new UserError('resnet.depth', `resnet: ${depth} layers cannot be built of ${parameters.block} blocks: ${depthError}`, {
        hint: `The nearest depth is ${outside + layersABlock[parameters.block] * Math.max(1, Math.round(blocks))}.`,
      });
    }
    const bottleneck = parameters.block === 'bottleneck';
    const plain = shortcut === 'none' ? 'Plain ' : '';
    return residualNetwork({
      title: `${plain}ResNet-${depth}${version === 'v2' ? ' v2' : ''}${bottleneck ? `, ${bottleneckExpansion * width} wide bottlenecks` : ''}`,
      firstChannels: width,
      widths: [width, 2 * width, 4 * width],
      blocks,
      activation: activations.build(parameters.activation, context),
      norm: parameters.norm === 'batch' ? batchNorm() : groupNorm({ groups }),
      initializer: initializers.build(parameters.initializer, context),
      order: version === 'v2' ? 'pre' : 'post',
      bottleneck,
      shortcut,
    }, context);
  },
});
