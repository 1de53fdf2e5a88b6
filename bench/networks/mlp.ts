import { relu, type Tensor } from '#core/graph';
import { linear, linearParameters, type Network } from './network';

export function mlp(widths: readonly number[]): Network {
  const layers = widths.slice(1).map((_, i) => `layers.${i}`);
  return {
    parameters: Object.assign({}, ...layers.map((layer, i) => linearParameters(layer, widths[i]!, widths[i + 1]!))) as Network['parameters'],
    buffers: {},
    input: { shape: [widths[0]!], dtype: 'float32' },
    classes: widths.at(-1)!,
    labelsAnExample: 1,
    gain: 2,
    apply: (p, _buffers, x) => {
      const hidden = layers.slice(0, -1).reduce<Tensor>((h, layer) => relu(linear(p, layer, h)), x);
      return { logits: linear(p, layers.at(-1)!, hidden), buffers: {} };
    },
  };
}
