import { layerNorm as normalizeLayer } from '#core/graph';
import type { Layer } from '../module';

/**
 * Layer normalization (Ba, Kiros and Hinton 2016): each example is brought to mean 0 and variance 1 over all its
 * numbers, then scaled and shifted element by element.
 * Names as in `torch.nn.LayerNorm`: `weight`, `bias`, both of the shape that is normalized.
 *
 * @param options.over the whole example, or each step of a sequence by itself (its last axis)
 */
export function layerNorm(options: { epsilon?: number; over?: 'example' | 'step' } = {}): Layer {
  const { epsilon = 1e-5, over = 'example' } = options;
  return (inputShape) => {
    const normalized = over === 'step' ? inputShape.slice(-1) : inputShape;
    const size = normalized.reduce((a, b) => a * b, 1);
    const fan = { fanIn: size, fanOut: size };
    return {
      title: `LayerNorm ${normalized.join('x')}`,
      inputShape,
      outputShape: inputShape,
      parameters: {
        weight: { shape: normalized, kind: 'norm', ...fan, initial: 1 },
        bias: { shape: normalized, kind: 'norm', ...fan, initial: 0 },
      },
      buffers: {},
      apply: (values, buffers, x) => ({ output: normalizeLayer(x, values['weight']!, values['bias'], epsilon), buffers }),
    };
  };
}
