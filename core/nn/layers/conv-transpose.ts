import { UserError, add, convTranspose, reshape } from '#core/graph';
import type { Initializer } from '../initializer';
import type { Layer, ParameterSpec } from '../module';
import { imageShape } from './image-shape';

/**
 * Transposed convolution to a picture of a given size: the way back of a convolution with this kernel, stride and padding.
 * Parameters as in `torch.nn.ConvTranspose2d`: `weight [in, channels, k, k]`, `bias [channels]`.
 */
export function transposedConvolution(options: {
  channels: number;
  kernel: number;
  stride: number;
  padding: number;
  /** Height and width of the result. */
  size: readonly [number, number];
  initializer: Initializer;
}): Layer {
  const { channels, kernel, stride, padding, size, initializer } = options;
  return (inputShape) => {
    const { channels: inputs, height, width } = imageShape('transposed convolution', inputShape);
    const fits = [height, width].every((length, i) => Math.floor((size[i]! + 2 * padding - kernel) / stride) + 1 === length);
    if (!fits) {
      throw new UserError('nn.conv-transpose.size', `transposed convolution: a picture of ${size.join(' x ')} does not become ${height} x ${width} with a kernel of ${kernel}, stride ${stride} and padding ${padding}`);
    }
    const fan = { fanIn: inputs * kernel * kernel, fanOut: channels * kernel * kernel };
    const parameters: Record<string, ParameterSpec> = {
      weight: { shape: [inputs, channels, kernel, kernel], kind: 'weight', ...fan, initial: initializer },
      bias: { shape: [channels], kind: 'bias', ...fan, initial: 0 },
    };
    return {
      title: `Transposed conv ${kernel}x${kernel} ${inputs} -> ${channels}, stride ${stride}`,
      inputShape,
      outputShape: [channels, ...size],
      parameters,
      buffers: {},
      apply(values, buffers, x) {
        const y = convTranspose(x, values['weight']!, { stride, padding, size });
        return { output: add(y, reshape(values['bias']!, [1, channels, 1, 1])), buffers };
      },
    };
  };
}
