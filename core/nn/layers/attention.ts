import { UserError, add, attention, matmul, reshape, split, transpose } from '#core/graph';
import type { Tensor } from '#core/graph';
import type { Initializer } from '../initializer';
import type { Layer, ParameterSpec, Shape } from '../module';
import { dropped } from './dropout';

/** Steps and width of a sequence's shape; `layer` names the asker in the error. */
export function sequenceShape(layer: string, shape: Shape): { steps: number; width: number } {
  const [steps, width, ...rest] = shape;
  if (steps === undefined || width === undefined || rest.length > 0) {
    throw new UserError('nn.sequence.input', `${layer}: takes sequences [steps, features], not [${shape.join(', ')}]`, {
      hint: 'Choose an architecture for tables, such as an MLP, or data of sequences.',
    });
  }
  return { steps, width };
}

/**
 * Multi-head self-attention (Vaswani et al. 2017, section 3.2): each head is `softmax(Q K' / sqrt(d)) V` on its share of the width.
 * Names and layout as in `torch.nn.MultiheadAttention`: `in_proj_weight [3 width, width]`, `in_proj_bias`, `out_proj.weight`,
 * `out_proj.bias`. Permuting the steps permutes the result; with `causal` a step sees itself and earlier ones only.
 *
 * @param options.dropout rate at which single attention weights are dropped in training
 */
export function selfAttention(options: {
  heads: number;
  causal?: boolean;
  dropout?: number;
  initializer: Initializer;
  /** First weights of the output projection, where they differ. */
  outputInitializer?: Initializer;
}): Layer {
  const { heads, causal = false, dropout = 0, initializer, outputInitializer = initializer } = options;
  return (inputShape) => {
    const { steps, width } = sequenceShape('attention', inputShape);
    if (width % heads !== 0) {
      throw new UserError('nn.attention.heads', `attention: ${heads} heads do not divide a width of ${width} evenly`, { hint: 'Choose a number of heads that divides the width.' });
    }
    const size = width / heads;
    const inward = { fanIn: width, fanOut: 3 * width };
    const outward = { fanIn: width, fanOut: width };
    const parameters: Record<string, ParameterSpec> = {
      in_proj_weight: { shape: [3 * width, width], kind: 'weight', ...inward, initial: initializer },
      in_proj_bias: { shape: [3 * width], kind: 'bias', ...inward, initial: 0 },
      'out_proj.weight': { shape: [width, width], kind: 'weight', ...outward, initial: outputInitializer },
      'out_proj.bias': { shape: [width], kind: 'bias', ...outward, initial: 0 },
    };
    return {
      title: `${causal ? 'Causal attention' : 'Attention'} ${heads} x ${size}`,
      inputShape,
      outputShape: inputShape,
      parameters,
      buffers: {},
      apply(values, buffers, x, mode) {
        const batch = x.shape[0]!;
        const projected = add(matmul(x, transpose(values['in_proj_weight']!)), values['in_proj_bias']!);
        // [batch, steps, 3 width] -> three times [batch, heads, steps, size]
        const [q, k, v] = split(projected, 3, 2).map((part) => transpose(reshape(part, [batch, steps, heads, size]), [0, 2, 1, 3])) as [Tensor, Tensor, Tensor];
        const drops = mode.train && dropout > 0;
        const mixed = attention(q, k, v, { causal, ...(drops && { changeWeights: (weights) => dropped(weights, dropout, mode, 'attention') }) });
        const joined = reshape(transpose(mixed, [0, 2, 1, 3]), [batch, steps, width]);
        return { output: add(matmul(joined, transpose(values['out_proj.weight']!)), values['out_proj.bias']!), buffers };
      },
    };
  };
}
