import { add, conv, matmul, pad, reshape, slice, stack, transpose } from '#core/graph';
import type { Tensor } from '#core/graph';
import type { Initializer } from '../initializer';
import type { Layer, ParameterSpec } from '../module';
import { imageShape, windowed } from './image-shape';

/** The windows of a picture: `[batch, c, H, W] -> [batch, c, k k, H', W']`, entries as in a convolution's weight. */
function windows(x: Tensor, kernel: number, stride: number, padding: number, height: number, width: number): Tensor {
  const [batch, channels] = x.shape as [number, number, number, number];
  const image = pad(x, [[0, 0], [0, 0], [padding, padding], [padding, padding]]);
  const shifted: Tensor[] = [];
  for (let row = 0; row < kernel; row++) {
    for (let column = 0; column < kernel; column++) {
      const end = [batch, channels, row + (height - 1) * stride + 1, column + (width - 1) * stride + 1];
      shifted.push(slice(image, [0, 0, row, column], end, [1, 1, stride, stride]));
    }
  }
  return stack(shifted, 2);
}

/**
 * A convolution whose weights are not shared: every place of the output has filters of its own (LeCun 1989). With the same
 * filters everywhere it is a convolution. `weight [H' W', channels, in, k, k]` (a `Conv2d` weight for each place, row by row),
 * `bias [channels, H', W']`.
 */
export function locallyConnected(options: {
  channels: number;
  kernel: number;
  stride?: number;
  padding?: number;
  bias?: boolean;
  initializer: Initializer;
}): Layer {
  const { channels, kernel, stride = 1, padding = 0, bias = true, initializer } = options;
  return (inputShape) => {
    const { channels: inputs, height: rows, width: columns } = imageShape('locally connected', inputShape);
    const height = windowed('locally connected', rows, kernel, stride, padding);
    const width = windowed('locally connected', columns, kernel, stride, padding);
    const places = height * width;
    const size = inputs * kernel * kernel;
    const fan = { fanIn: size, fanOut: channels * kernel * kernel };
    const parameters: Record<string, ParameterSpec> = {
      weight: { shape: [places, channels, inputs, kernel, kernel], kind: 'weight', ...fan, initial: initializer },
    };
    if (bias) parameters['bias'] = { shape: [channels, height, width], kind: 'bias', ...fan, initial: 0 };
    return {
      title: `Locally connected ${kernel}x${kernel} ${inputs} -> ${channels}${stride > 1 ? `, stride ${stride}` : ''}`,
      inputShape,
      outputShape: [channels, height, width],
      parameters,
      buffers: {},
      apply(values, buffers, x, mode) {
        const seen = windows(x, kernel, stride, padding, height, width);
        let y: Tensor;
        if (mode.train) {
          // One product of matrices a place: [places, batch, size] x [places, size, channels].
          const filters = transpose(reshape(values['weight']!, [places, channels, size]), [0, 2, 1]);
          const product = matmul(reshape(transpose(seen, [3, 4, 0, 1, 2]), [places, -1, size]), filters);
          y = transpose(product, [1, 2, 0]);
        } else {
          // A convolution with a group a place: slower, but the batch stays in front, as an exported model wants it.
          const rows = reshape(transpose(seen, [0, 3, 4, 1, 2]), [-1, places * size, 1]);
          const filtered = conv(rows, reshape(values['weight']!, [places * channels, size, 1]), { groups: places });
          y = transpose(reshape(filtered, [-1, places, channels]), [0, 2, 1]);
        }
        y = reshape(y, [-1, channels, height, width]);
        return { output: bias ? add(y, values['bias']!) : y, buffers };
      },
    };
  };
}
