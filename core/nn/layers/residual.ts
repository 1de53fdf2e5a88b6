import { add } from '#core/graph';
import type { Activation } from '../activation';
import { compose } from '../compose';
import type { Initializer } from '../initializer';
import type { Layer, Module } from '../module';
import { convolution } from './conv';
import { sequential } from './sequential';

/**
 * The basic residual block (He et al. 2016): `f(x + norm(conv(f(norm(conv(x))))))`, two 3x3 convolutions without bias. Where
 * the shape changes, the shortcut is a 1x1 convolution with its norm. Names as in torchvision's `BasicBlock`: `conv1`, `bn1`,
 * `conv2`, `bn2`, `downsample.0`, `downsample.1`, whichever normalization is used.
 */
export function residual(options: {
  channels: number;
  stride: number;
  activation: Activation;
  norm: Layer;
  initializer: Initializer;
}): Layer {
  const { channels, stride, activation, norm, initializer } = options;
  const conv3 = (step: number) => convolution({ channels, kernel: 3, stride: step, padding: 1, bias: false, initializer });
  return (inputShape) => {
    const conv1 = conv3(stride)(inputShape);
    const shape = conv1.outputShape;
    const conv2 = conv3(1)(shape);
    const children: Record<string, Module> = { conv1, bn1: norm(shape), conv2, bn2: norm(shape) };
    const projects = stride !== 1 || inputShape[0] !== channels;
    if (projects) {
      const shortcut = convolution({ channels, kernel: 1, stride, bias: false, initializer });
      children['downsample'] = sequential([shortcut, norm])(inputShape);
    }
    return compose({
      title: `Residual ${inputShape[0]} -> ${channels}`,
      inputShape,
      outputShape: shape,
      children,
      forward(call, x) {
        const inner = activation(call('bn1', call('conv1', x)));
        const branch = call('bn2', call('conv2', inner));
        return activation(add(branch, projects ? call('downsample', x) : x));
      },
    });
  };
}
