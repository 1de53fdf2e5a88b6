import { matmul, transpose } from '#core/graph';
import { compose, defineBlock, dropout as dropoutLayer, embedding, linear, positions, transformerEncoder } from '#core/nn';
import type { Architecture, Initializer, Module } from '#core/nn';
import { z } from 'zod';
import { activations } from '../activations';
import { initializers } from '../initializers';
import { vocabularyOf } from './sequence-input';
import { initializerField, transformerFields } from './transformer-fields';

/**
 * A small GPT: a causal Transformer that gives, at every step, the logits of the next token. Layers normalize first, positions are
 * learned, and the output layer shares its weights with the embedding (section 2.3 of GPT-2's paper and its code) unless told otherwise.
 * Names as in `nn.TransformerEncoder`: `embedding.weight`, `positions.weight`, `encoder.layers.0.self_attn.in_proj_weight`,
 * `encoder.norm`, `head.weight` (where it is not shared). First weights: normal of deviation 0.02, divided by `sqrt(2 depth)` in the two
 * projections that end in a residual sum; biases 0.
 */
export const gpt = defineBlock({
  slot: 'architectures',
  use: 'gpt',
  title: 'GPT',
  help: 'A small causal Transformer: learns to continue text, one token after another.',
  paper: { title: 'Language Models are Unsupervised Multitask Learners', authors: 'Radford, Wu, Child, Luan, Amodei, Sutskever', year: 2019 },
  inputs: ['text'],
  tasks: ['language-model'],
  parameters: z.object({
    ...transformerFields,
    tied: z.boolean().default(true).describe('The output layer is the embedding read backwards.').meta({ label: 'Shared embedding', advanced: true }),
    initializer: initializerField({ use: 'normal', deviation: 0.02 }, 'normal, 0.02'),
  }),
  build({ width, depth, heads, hidden, dropout, tied, ...parameters }, context): Architecture {
    const vocabulary = vocabularyOf(context);
    const initializer = initializers.build(parameters.initializer, context);
    const residualInitializer: Initializer = (...of) => initializer(...of).map((value) => value / Math.sqrt(2 * depth));
    const activation = activations.build(parameters.activation, context);
    const first = embedding({ vocabulary, width, initializer })(context.exampleShape);
    const shape = first.outputShape;
    const children: Record<string, Module> = {
      embedding: first,
      positions: positions('learned', initializer)(shape),
      dropout: dropoutLayer(dropout)(shape),
      encoder: transformerEncoder({
        layers: depth, heads, hidden: Math.round(hidden * width), activation, dropout, order: 'pre', causal: true, initializer, residualInitializer,
      })(shape),
    };
    const stem = Object.keys(children);
    if (!tied) children['head'] = linear({ units: vocabulary, bias: false, initializer })(shape);
    return compose({
      title: `GPT ${depth} x ${width}, ${heads} heads`,
      inputShape: context.exampleShape,
      outputShape: [shape[0]!, vocabulary],
      children,
      forward(call, x, _mode, values) {
        const mixed = stem.reduce((value, child) => call(child, value), x);
        return tied ? matmul(mixed, transpose(values['embedding.weight']!)) : call('head', mixed);
      },
    });
  },
});
