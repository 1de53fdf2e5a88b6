import { add, gather, gelu, layerNorm, matmul, mul, reshape, slice, softmax, type Tensor, transpose } from '#core/graph';
import { linear, linearParameters, type Network, type NetworkParameter, type Tensors } from './network';

/** Pre-norm encoder (Xiong et al. 2020) over tokens with learnt positions; predicts a class at every token. No dropout. */
export function transformer({ layers, width, heads, tokens, vocabulary }: { layers: number; width: number; heads: number; tokens: number; vocabulary: number }): Network {
  const norm = (name: string): Record<string, NetworkParameter> => ({
    [`${name}.weight`]: { shape: [width], role: 'norm' },
    [`${name}.bias`]: { shape: [width], role: 'norm' },
  });
  const parameters: Record<string, NetworkParameter> = {
    'tokens.weight': { shape: [vocabulary, width], role: 'weight' },
    'positions.weight': { shape: [tokens, width], role: 'weight' },
  };
  for (let i = 0; i < layers; i++) {
    Object.assign(
      parameters,
      norm(`layers.${i}.norm1`),
      linearParameters(`layers.${i}.qkv`, width, 3 * width),
      linearParameters(`layers.${i}.out`, width, width),
      norm(`layers.${i}.norm2`),
      linearParameters(`layers.${i}.up`, width, 4 * width),
      linearParameters(`layers.${i}.down`, 4 * width, width),
    );
  }
  Object.assign(parameters, norm('norm'), linearParameters('head', width, vocabulary));
  const normed = (p: Tensors, name: string, x: Tensor): Tensor => layerNorm(x, p[`${name}.weight`]!, p[`${name}.bias`]!);

  function attention(p: Tensors, name: string, x: Tensor): Tensor {
    const batch = x.shape[0]!;
    const size = width / heads;
    // [batch, tokens, 3 width] -> [3, batch, heads, tokens, size]
    const parts = transpose(reshape(linear(p, `${name}.qkv`, x), [batch, tokens, 3, heads, size]), [2, 0, 3, 1, 4]);
    const part = (i: number): Tensor => reshape(slice(parts, [i, 0, 0, 0, 0], [i + 1, batch, heads, tokens, size]), [batch, heads, tokens, size]);
    const scores = mul(matmul(part(0), transpose(part(1), [0, 1, 3, 2])), 1 / Math.sqrt(size));
    const mixed = transpose(matmul(softmax(scores), part(2)), [0, 2, 1, 3]);
    return linear(p, `${name}.out`, reshape(mixed, [batch, tokens, width]));
  }

  return {
    parameters,
    buffers: {},
    input: { shape: [tokens], dtype: 'int32' },
    classes: vocabulary,
    labelsAnExample: tokens,
    gain: 1,
    apply(p, _buffers, x) {
      let h = add(gather(p['tokens.weight']!, x, 0), p['positions.weight']!);
      for (let i = 0; i < layers; i++) {
        const name = `layers.${i}`;
        h = add(h, attention(p, name, normed(p, `${name}.norm1`, h)));
        h = add(h, linear(p, `${name}.down`, gelu(linear(p, `${name}.up`, normed(p, `${name}.norm2`, h)))));
      }
      return { logits: linear(p, 'head', normed(p, 'norm', h)), buffers: {} };
    },
  };
}
