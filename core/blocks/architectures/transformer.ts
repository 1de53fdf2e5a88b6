import { compose, defineBlock, dropout as dropoutLayer, linear, positions, sequencePooling, transformerEncoder } from '#core/nn';
import type { Architecture, Module } from '#core/nn';
import { z } from 'zod';
import { activations } from '../activations';
import { initializers } from '../initializers';
import { sequenceInput } from './sequence-input';
import { initializerField, transformerFields } from './transformer-fields';

/**
 * Transformer encoder for whole sequences: each step becomes a vector, positions are added, the layers mix the steps, and a dense
 * layer reads their mean (or one step). Without positions and with the mean, the order of the steps does not matter.
 * Names as in `nn.TransformerEncoder`: `embedding`, `positions.weight`, `encoder.layers.0.self_attn.in_proj_weight`, `encoder.norm`,
 * `head`. First weights: Glorot, as `nn.Transformer` takes.
 */
export const transformer = defineBlock({
  slot: 'architectures',
  use: 'transformer',
  title: 'Transformer encoder',
  help: 'Every step of a sequence attends to every other; one answer for the whole sequence.',
  paper: { title: 'Attention Is All You Need', authors: 'Vaswani, Shazeer, Parmar, Uszkoreit, Jones, Gomez, Kaiser, Polosukhin', year: 2017, id: 'arXiv:1706.03762' },
  inputs: ['sequence', 'text'],
  tasks: ['classification', 'regression'],
  parameters: z.object({
    ...transformerFields,
    order: z.enum(['pre', 'post']).default('pre')
      .describe('Normalize before each branch (trains without warm-up), or after each sum as in the paper.').meta({ label: 'Normalization', advanced: true }),
    positions: z.enum(['sinusoidal', 'learned', 'none']).default('sinusoidal')
      .describe('How steps know their place: fixed waves, learned vectors, or not at all (a set).').meta({ label: 'Positions' }),
    pool: z.enum(['mean', 'first', 'last']).default('mean').describe('What the answer is read from: the mean of all steps, the first or the last.').meta({ label: 'Pooling' }),
    initializer: initializerField({ use: 'glorot', distribution: 'uniform' }, 'Glorot, uniform'),
  }),
  build({ width, depth, heads, hidden, dropout, order, pool, ...parameters }, context): Architecture {
    const initializer = initializers.build(parameters.initializer, context);
    const activation = activations.build(parameters.activation, context);
    const first = sequenceInput(context, width, initializer);
    const shape = first.outputShape;
    const children: Record<string, Module> = { embedding: first };
    if (parameters.positions !== 'none') children['positions'] = positions(parameters.positions, initializer)(shape);
    children['dropout'] = dropoutLayer(dropout)(shape);
    children['encoder'] = transformerEncoder({ layers: depth, heads, hidden: Math.round(hidden * width), activation, dropout, order, initializer })(shape);
    children['pool'] = sequencePooling(pool)(shape);
    children['head'] = linear({ units: context.outputs, initializer })([width]);
    return compose({
      title: `Transformer ${depth} x ${width}, ${heads} heads`,
      inputShape: context.exampleShape,
      outputShape: [context.outputs],
      children,
      forward: (call, x) => Object.keys(children).reduce((value, child) => call(child, value), x),
    });
  },
});
