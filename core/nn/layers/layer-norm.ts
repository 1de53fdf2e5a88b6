import { layerNorm as normalizeLayer } from '#core/graph';
import type { Layer } from '../module';

/**
 * Layer normalization (Ba, Kiros and Hinton 2016): each example is brought to mean 0 and variance 1 over all its
 * numbers, then scaled and shifted element by element.
 * Names as in `torch.nn.LayerNorm`: `weight`, `bias`, both of the example's shape.
 */
export function layerNorm(options: { epsilon?: number } = {}): Layer {
  const { epsilon = 1e-5 } = options;
  return (inputShape) => {
    const size = inputShape.reduce((a, b) => a * b, 1);
    const fan = { fanIn: size, fanOut: size };
    return {
      title: `LayerNorm ${inputShape.join('x')}`,
      inputShape,
      outputShape: inputShape,
      parameters: {
        weight: { shape: inputShape, kind: 'norm', ...fan, initial: 1 },
        bias: { shape: inputShape, kind: 'norm', ...fan, initial: 0 },
      },
      buffers: {},
      apply: (values, buffers, x) => ({ output: normalizeLayer(x, values['weight']!, values['bias'], epsilon), buffers }),
    };
  };
}
