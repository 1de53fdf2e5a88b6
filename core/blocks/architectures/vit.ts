import { UserError, add, pad, reshape, transpose } from '#core/graph';
import { compose, convolution, defineBlock, dropout as dropoutLayer, linear, sequencePooling, transformerEncoder } from '#core/nn';
import type { Architecture, Module, ParameterSpec } from '#core/nn';
import { z } from 'zod';
import { activations } from '../activations';
import { initializers } from '../initializers';
import { initializerField, transformerFields } from './transformer-fields';

/**
 * Vision Transformer (section 3.1): the picture is cut into patches, each becomes a vector; a learned vector for each place is
 * added, Transformer layers (normalizing first) mix them, and a dense layer reads the class token or the mean of all steps.
 * Names as in torchvision and `nn.TransformerEncoder`: `conv_proj`, `class_token [1, 1, width]`, `pos_embedding [1, steps, width]`,
 * `encoder.layers.0.self_attn.in_proj_weight`, `encoder.norm`, `head`. First weights: truncated normal of deviation 0.02 (as in the
 * paper's successors and timm), class token and biases 0.
 */
export const vit = defineBlock({
  slot: 'architectures',
  use: 'vit',
  title: 'Vision Transformer',
  help: 'Cuts the picture into patches and lets them attend to each other. Wants more data or augmentation than convolutions.',
  paper: {
    title: 'An Image is Worth 16x16 Words: Transformers for Image Recognition at Scale',
    authors: 'Dosovitskiy, Beyer, Kolesnikov, Weissenborn, Zhai, and others', year: 2021, id: 'arXiv:2010.11929',
  },
  inputs: ['image'],
  parameters: z.object({
    patch: z.number().int().min(1).max(64).default(4).describe('Side of the square patches; must divide both sides of the picture.').meta({ label: 'Patch', unit: 'pixels' }),
    ...transformerFields,
    pool: z.enum(['class-token', 'mean']).default('class-token')
      .describe('What the classifier reads: a learned token that attends to all patches, or the mean of the patches.').meta({ label: 'Pooling' }),
    initializer: initializerField({ use: 'normal', deviation: 0.02, truncated: true }, 'truncated normal, 0.02'),
  }),
  build({ patch, width, depth, heads, hidden, dropout, pool, ...parameters }, context): Architecture {
    const [, height, breadth] = context.exampleShape as [number, number, number];
    if (height % patch !== 0 || breadth % patch !== 0) {
      throw new UserError('vit.patch', `vit: patches of ${patch} do not divide a picture of ${height} x ${breadth} evenly`, {
        hint: 'Choose a patch that divides both sides, or another size in data.image.',
      });
    }
    const initializer = initializers.build(parameters.initializer, context);
    const activation = activations.build(parameters.activation, context);
    const token = pool === 'class-token';
    const patches = convolution({ channels: width, kernel: patch, stride: patch, initializer })(context.exampleShape);
    const steps = (height / patch) * (breadth / patch) + (token ? 1 : 0);
    const shape = [steps, width];
    const children: Record<string, Module> = {
      conv_proj: patches,
      dropout: dropoutLayer(dropout)(shape),
      encoder: transformerEncoder({ layers: depth, heads, hidden: Math.round(hidden * width), activation, dropout, order: 'pre', initializer })(shape),
      pool: sequencePooling(token ? 'first' : 'mean')(shape),
      head: linear({ units: context.outputs, initializer })([width]),
    };
    const fan = { fanIn: steps, fanOut: width };
    const own: Record<string, ParameterSpec> = { pos_embedding: { shape: [1, steps, width], kind: 'weight', ...fan, initial: initializer } };
    if (token) own['class_token'] = { shape: [1, 1, width], kind: 'weight', ...fan, initial: 0 };
    return compose({
      title: `ViT, ${patch}x${patch} patches, ${depth} x ${width}`,
      inputShape: context.exampleShape,
      outputShape: [context.outputs],
      children,
      own,
      forward(call, x, _mode, values) {
        const batch = x.shape[0]!;
        const cut = transpose(reshape(call('conv_proj', x), [batch, width, -1]), [0, 2, 1]);
        // The class token stands at place 0 of every picture: with the position there, it is one row that is added to all.
        const row = token ? pad(cut, [[0, 0], [1, 0], [0, 0]]) : cut;
        const first = token ? add(values['pos_embedding']!, pad(values['class_token']!, [[0, 0], [0, steps - 1], [0, 0]])) : values['pos_embedding']!;
        return ['dropout', 'encoder', 'pool', 'head'].reduce((value, child) => call(child, value), add(row, first));
      },
    });
  },
});
