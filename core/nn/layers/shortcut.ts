import { UserError, pad, slice } from '#core/graph';
import type { Layer, Module, Shape } from '../module';
import { convolution } from './conv';
import type { Initializer } from '../initializer';
import { sequential } from './sequential';

/**
 * How the input of a residual block reaches its sum where the block changes the shape (He et al. 2016, section 3.3):
 * `projection` (option B) is a 1x1 convolution, `padding` (option A) takes every `stride`-th pixel and adds channels of zeros,
 * without parameters. `none` leaves shortcuts out altogether: a plain network.
 */
export type Shortcut = 'projection' | 'padding' | 'none';

/** Option A: every `stride`-th pixel, zeros for the channels that are new. */
function padded(channels: number, stride: number): Layer {
  return (inputShape) => {
    const [inputs, height, width] = inputShape as [number, number, number];
    if (channels < inputs) {
      throw new UserError('nn.shortcut.padding', `shortcut: zeros cannot bring ${inputs} channels to ${channels}`, { hint: 'Choose the projection shortcut.' });
    }
    return {
      title: `Shortcut ${inputs} -> ${channels}`,
      inputShape,
      outputShape: [channels, Math.ceil(height / stride), Math.ceil(width / stride)],
      parameters: {},
      buffers: {},
      apply(_values, buffers, x) {
        const picked = slice(x, [0, 0, 0, 0], x.shape, [1, 1, stride, stride]);
        return { output: pad(picked, [[0, 0], [0, channels - inputs], [0, 0], [0, 0]]), buffers };
      },
    };
  };
}

/** The layer that brings a block's input to the shape of its sum; undefined where the input fits as it is, or nothing is added. */
export function shortcutLayer(options: {
  kind: Shortcut;
  inputShape: Shape;
  channels: number;
  stride: number;
  /** Follows the projection, in blocks that normalize after each convolution. */
  norm?: Layer;
  initializer: Initializer;
}): Module | undefined {
  const { kind, inputShape, channels, stride, norm, initializer } = options;
  if (kind === 'none' || (stride === 1 && inputShape[0] === channels)) return undefined;
  if (kind === 'padding') return padded(channels, stride)(inputShape);
  return sequential([convolution({ channels, kernel: 1, stride, bias: false, initializer }), ...(norm ? [norm] : [])])(inputShape);
}
