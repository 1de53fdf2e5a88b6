import { add, conv, relu, reshape, type Tensor } from '#core/graph';
import { linear, linearParameters, type Network } from './network';

/** Two convolutions 3x3 of stride 2 (1-16-32) on 28x28, and a linear head. */
export function cnn(): Network {
  const channelBias = (y: Tensor, b: Tensor): Tensor => add(y, reshape(b, [-1, 1, 1]));
  return {
    parameters: {
      'conv1.weight': { shape: [16, 1, 3, 3], role: 'weight' },
      'conv1.bias': { shape: [16], role: 'bias' },
      'conv2.weight': { shape: [32, 16, 3, 3], role: 'weight' },
      'conv2.bias': { shape: [32], role: 'bias' },
      ...linearParameters('head', 32 * 7 * 7, 10),
    },
    buffers: {},
    input: { shape: [1, 28, 28], dtype: 'float32' },
    classes: 10,
    labelsAnExample: 1,
    gain: 2,
    apply(p, _buffers, x) {
      const first = relu(channelBias(conv(x, p['conv1.weight']!, { stride: 2, padding: 1 }), p['conv1.bias']!));
      const second = relu(channelBias(conv(first, p['conv2.weight']!, { stride: 2, padding: 1 }), p['conv2.bias']!));
      return { logits: linear(p, 'head', reshape(second, [x.shape[0]!, -1])), buffers: {} };
    },
  };
}
