import { UserError } from '#core/graph';
import type { Shape } from '../module';

/** Channels, height and width of a picture's shape; `layer` names the asker in the error. */
export function imageShape(layer: string, shape: Shape): { channels: number; height: number; width: number } {
  const [channels, height, width, ...rest] = shape;
  if (channels === undefined || height === undefined || width === undefined || rest.length > 0) {
    throw new UserError('nn.image.input', `${layer}: takes pictures [channels, height, width], not [${shape.join(', ')}]`, {
      hint: 'Choose an architecture for tables, such as an MLP, or put this layer before the first dense one.',
    });
  }
  return { channels, height, width };
}

/** Length of an axis after a window of `size` moved over it: `floor((length + 2 padding - size) / stride) + 1`. */
export function windowed(layer: string, length: number, size: number, stride: number, padding: number): number {
  const result = Math.floor((length + 2 * padding - size) / stride) + 1;
  if (result < 1) {
    throw new UserError('nn.image.too-small', `${layer}: a window of ${size} does not fit a picture of ${length} (padding ${padding})`, {
      hint: 'Take fewer pooling or strided stages, or a smaller kernel.',
    });
  }
  return result;
}
