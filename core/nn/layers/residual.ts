import { add } from '#core/graph';
import type { Tensor } from '#core/graph';
import type { Activation } from '../activation';
import { compose } from '../compose';
import type { Initializer } from '../initializer';
import type { Layer, Module } from '../module';
import { convolution } from './conv';
import { dropout as dropoutLayer } from './dropout';
import { shortcutLayer } from './shortcut';
import type { Shortcut } from './shortcut';

/** Times as many channels leave a bottleneck as its 3x3 convolution has. */
export const bottleneckExpansion = 4;

export interface ResidualOptions {
  /** Channels of the 3x3 convolutions. */
  channels: number;
  stride: number;
  activation: Activation;
  norm: Layer;
  initializer: Initializer;
  /** `post`: convolution, norm, activation (He et al. 2016a); `pre`: norm, activation, convolution (He et al. 2016b). */
  order?: 'post' | 'pre';
  /** A 1x1, a 3x3 and a 1x1 convolution to four times the channels, in place of two 3x3 ones. */
  bottleneck?: boolean;
  shortcut?: Shortcut;
  /** Rate of the dropout before the last convolution (Zagoruyko and Komodakis 2016). */
  dropout?: number;
}

/** Kernel, stride and channels of a branch's convolutions; a bottleneck strides in its 3x3 convolution, as torchvision does. */
function branch({ channels, stride, bottleneck = false }: ResidualOptions): { channels: number; kernel: number; stride: number }[] {
  if (!bottleneck) return [{ channels, kernel: 3, stride }, { channels, kernel: 3, stride: 1 }];
  return [
    { channels, kernel: 1, stride: 1 },
    { channels, kernel: 3, stride },
    { channels: bottleneckExpansion * channels, kernel: 1, stride: 1 },
  ];
}

/**
 * A residual block: the sum of a branch of convolutions without bias and of the input.
 * `post`: `f(x' + norm(conv(f(norm(conv(x))))))`; `pre`: `x' + conv(f(norm(conv(f(norm(x))))))`, with `x'` the input, brought
 * to the branch's shape where that differs (in `pre` from the activated input).
 * Names as in torchvision's `BasicBlock` and `Bottleneck`: `conv1`, `bn1`, `conv2`, ..., `downsample.0`, `downsample.1`,
 * whichever normalization is used.
 */
export function residual(options: ResidualOptions): Layer {
  const { stride, activation, norm, initializer, order = 'post', shortcut = 'projection', dropout = 0 } = options;
  return (inputShape) => {
    const convolutions = branch(options);
    const children: Record<string, Module> = {};
    let shape = inputShape;
    convolutions.forEach(({ channels, kernel, stride: step }, i) => {
      const place = i + 1;
      if (order === 'pre') children[`bn${place}`] = norm(shape);
      if (dropout > 0 && place === convolutions.length) children['dropout'] = dropoutLayer(dropout)(shape);
      const conv = convolution({ channels, kernel, stride: step, padding: (kernel - 1) / 2, bias: false, initializer })(shape);
      children[`conv${place}`] = conv;
      shape = conv.outputShape;
      if (order === 'post') children[`bn${place}`] = norm(shape);
    });
    const downsample = shortcutLayer({
      kind: shortcut, inputShape, channels: shape[0]!, stride, initializer, ...(order === 'post' && { norm }),
    });
    if (downsample !== undefined) children['downsample'] = downsample;
    return compose({
      title: `${shortcut === 'none' ? 'Plain' : 'Residual'} ${inputShape[0]} -> ${shape[0]}`,
      inputShape,
      outputShape: shape,
      children,
      forward(call, x) {
        const last = convolutions.length;
        const convolved = (place: number, value: Tensor): Tensor =>
          call(`conv${place}`, dropout > 0 && place === last ? call('dropout', value) : value);
        const joined = (value: Tensor, source: Tensor): Tensor => {
          if (shortcut === 'none') return value;
          return add(value, downsample === undefined ? x : call('downsample', source));
        };
        let value = x;
        if (order === 'post') {
          for (let place = 1; place <= last; place++) {
            value = call(`bn${place}`, convolved(place, value));
            if (place < last) value = activation(value);
          }
          return activation(joined(value, x));
        }
        const activated = activation(call('bn1', x));
        value = convolved(1, activated);
        for (let place = 2; place <= last; place++) value = convolved(place, activation(call(`bn${place}`, value)));
        return joined(value, shortcut === 'padding' ? x : activated);
      },
    });
  };
}
