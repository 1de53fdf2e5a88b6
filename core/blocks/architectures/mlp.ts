import { defineBlock, dropout as dropoutLayer, elementwise, flatten, linear } from '#core/nn';
import type { Architecture, Layer } from '#core/nn';
import { z } from 'zod';
import { activations } from '../activations';
import { initializers } from '../initializers';
import { layered } from './network';
import { groupsSchema, normLayers, normSchema } from './norm';

/**
 * Multilayer perceptron: for each width a dense layer, the normalization, the activation and dropout; then a dense layer to
 * the outputs. Pictures are flattened first. In PyTorch: `layers = nn.Sequential(...)` of the same rows.
 */
export const mlp = defineBlock({
  slot: 'architectures',
  use: 'mlp',
  title: 'MLP',
  help: 'Fully connected layers. The usual choice for tables.',
  paper: { title: 'Learning Representations by Back-Propagating Errors', authors: 'Rumelhart, Hinton, Williams', year: 1986, id: '10.1038/323533a0' },
  parameters: z.object({
    widths: z.array(z.number().int().min(1).max(65_536)).max(64).default([128, 128])
      .describe('Units of each hidden layer; empty for a linear model.').meta({ label: 'Hidden widths', unit: 'units' }),
    activation: activations.schema.prefault('relu').describe('Nonlinearity after each hidden layer.').meta({ label: 'Activation' }),
    dropout: z.number().min(0).max(0.95).default(0)
      .describe('Share of the hidden units dropped in each training step.').meta({ label: 'Dropout' }),
    norm: normSchema,
    groups: groupsSchema,
    initializer: initializers.schema.prefault('he').describe('How the first weights are drawn.').meta({ label: 'Initializer', advanced: true }),
  }),
  build(parameters, context): Architecture {
    const activation = activations.build(parameters.activation, context);
    const initializer = initializers.build(parameters.initializer, context);
    // A normalization brings an offset of its own.
    const bias = parameters.norm === 'none';
    const hidden = parameters.widths.flatMap((units): Layer[] => [
      linear({ units, bias, initializer }),
      ...normLayers(parameters.norm, parameters.groups),
      elementwise(activation),
      ...(parameters.dropout > 0 ? [dropoutLayer(parameters.dropout)] : []),
    ]);
    const first = context.exampleShape.length > 1 ? [flatten] : [];
    const title = `MLP ${[...parameters.widths, context.outputs].join('-')}`;
    return layered(title, context.exampleShape, [...first, ...hidden, linear({ units: context.outputs, initializer })]);
  },
});
