import { UserError } from '#core/graph';
import { convolution, defineBlock, dropout, elementwise, flatten, globalAveragePooling, linear, pooling, strictObject } from '#core/nn';
import type { Activation, Architecture, Initializer, Layer } from '#core/nn';
import { z } from 'zod';
import { activations } from '../activations';
import { initializers } from '../initializers';
import { layered } from './network';
import { groupsSchema, normLayers, normSchema } from './norm';

const count = (least: number, most: number) => z.number().int().min(least).max(most);

const convStage = strictObject({
  stage: z.literal('conv'),
  channels: count(1, 4096).default(32).describe('Channels it puts out.').meta({ label: 'Channels' }),
  kernel: count(1, 31).default(3).describe('Side of the square kernel.').meta({ label: 'Kernel', unit: 'pixels' }),
  stride: count(1, 16).default(1).describe('Pixels between two places of the kernel.').meta({ label: 'Stride', unit: 'pixels' }),
  padding: z.union([z.enum(['same', 'none']), count(0, 16)]).default('same')
    .describe('Border of zeros: same keeps the size at stride 1; or a width in pixels.').meta({ label: 'Padding', unit: 'pixels' }),
  norm: normSchema,
  groups: groupsSchema,
}).meta({ title: 'Convolution' });

const poolStage = strictObject({
  stage: z.literal('pool'),
  kind: z.enum(['max', 'average']).default('max').describe('Largest value or average of each window.').meta({ label: 'Kind' }),
  size: count(1, 32).default(2).describe('Side of the window; the windows do not overlap.').meta({ label: 'Size', unit: 'pixels' }),
}).meta({ title: 'Pooling' });

const averageStage = strictObject({ stage: z.literal('global-average') }).meta({ title: 'Global average' });

const denseStage = strictObject({
  stage: z.literal('dense'),
  units: count(1, 65_536).default(128).describe('Units of the layer.').meta({ label: 'Units' }),
  norm: normSchema,
  groups: groupsSchema,
}).meta({ title: 'Dense' });

const dropoutStage = strictObject({
  stage: z.literal('dropout'),
  rate: z.number().min(0).max(0.95).default(0.5).describe('Share of the units dropped in each training step.').meta({ label: 'Rate' }),
}).meta({ title: 'Dropout' });

const stageSchema = z.discriminatedUnion('stage', [convStage, poolStage, averageStage, denseStage, dropoutStage]);
type Stage = z.infer<typeof stageSchema>;

function layersOf(stage: Stage, activation: Activation, initializer: Initializer): Layer[] {
  // A normalization brings an offset of its own.
  const bias = 'norm' in stage && stage.norm === 'none';
  switch (stage.stage) {
    case 'conv': {
      const { channels, kernel, stride, norm, groups } = stage;
      const padding = stage.padding === 'same' ? Math.floor(kernel / 2) : stage.padding === 'none' ? 0 : stage.padding;
      return [convolution({ channels, kernel, stride, padding, bias, initializer }), ...normLayers(norm, groups), elementwise(activation)];
    }
    case 'pool': return [pooling(stage.kind, { size: stage.size })];
    case 'global-average': return [globalAveragePooling];
    case 'dense': return [linear({ units: stage.units, bias, initializer }), ...normLayers(stage.norm, stage.groups), elementwise(activation)];
    case 'dropout': return [dropout(stage.rate)];
  }
}

/** The stages in a row; the first dense one (or the output) flattens what pictures are left. */
function rowOf(stages: readonly Stage[], outputs: number, activation: Activation, initializer: Initializer): Layer[] {
  const row: Layer[] = [];
  let picture = true;
  for (const [place, stage] of stages.entries()) {
    const spatial = stage.stage === 'conv' || stage.stage === 'pool' || stage.stage === 'global-average';
    if (spatial && !picture) {
      throw new UserError('cnn.stages', `cnn: stage ${place + 1} (${stage.stage}) comes after the picture was flattened`, {
        hint: 'Put every conv and pool stage before the first dense or global-average one.',
      });
    }
    if (stage.stage === 'dense' && picture) row.push(flatten);
    if (stage.stage === 'dense' || stage.stage === 'global-average') picture = false;
    row.push(...layersOf(stage, activation, initializer));
  }
  return [...row, ...(picture ? [flatten] : []), linear({ units: outputs, initializer })];
}

/**
 * Convolutional network: the stages one after another, an activation after each convolution and dense layer, then a dense layer
 * to the outputs. In PyTorch: `layers = nn.Sequential(...)` of the same rows.
 */
export const cnn = defineBlock({
  slot: 'architectures',
  use: 'cnn',
  title: 'CNN',
  help: 'Convolution, pooling and dense stages in the order you give. The usual first choice for pictures.',
  paper: { title: 'Gradient-Based Learning Applied to Document Recognition', authors: 'LeCun, Bottou, Bengio, Haffner', year: 1998, id: '10.1109/5.726791' },
  inputs: ['image'],
  parameters: z.object({
    stages: z.array(stageSchema).max(128)
      .prefault([{ stage: 'conv', channels: 16 }, { stage: 'pool' }, { stage: 'conv', channels: 32 }, { stage: 'pool' }, { stage: 'dense', units: 128 }])
      .describe('The stages, from the picture to the output.').meta({ label: 'Stages' }),
    activation: activations.schema.prefault('relu').describe('Nonlinearity after each convolution and dense layer.').meta({ label: 'Activation' }),
    initializer: initializers.schema.prefault('he').describe('How the first weights are drawn.').meta({ label: 'Initializer', advanced: true }),
  }),
  build({ stages, activation, initializer }, context): Architecture {
    const row = rowOf(stages, context.outputs, activations.build(activation, context), initializers.build(initializer, context));
    const sizes = stages.flatMap((stage) => (stage.stage === 'conv' ? [stage.channels] : stage.stage === 'dense' ? [stage.units] : []));
    return layered(`CNN ${[...sizes, context.outputs].join('-')}`, context.exampleShape, row);
  },
});
