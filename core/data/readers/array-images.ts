import type { ImageSource, PictureSize } from '../source';
import { convertChannels, resizeInto } from './resize';

/** Pictures of one size that lie one after another in an array: `[count, height, width, channels]`. */
export interface PictureBlock {
  /** For `sourceName`: `train-images-idx3-ubyte`, `x_train`. */
  name: string;
  count: number;
  pixels: Uint8Array | Float32Array;
}

/** Access to pictures in blocks, all of `size`. */
export function blockAccess(blocks: readonly PictureBlock[], size: PictureSize): Pick<ImageSource, 'pixels' | 'sourceName'> {
  const length = size.width * size.height * size.channels;
  const locate = (index: number): { block: PictureBlock; at: number } => {
    let at = index;
    for (const block of blocks) {
      if (at < block.count) return { block, at };
      at -= block.count;
    }
    throw new RangeError(`picture ${index} of ${blocks.reduce((sum, { count }) => sum + count, 0)}`);
  };
  const bytes = blocks.every(({ pixels }) => pixels instanceof Uint8Array);
  return {
    sourceName(index) {
      const { block, at } = locate(index);
      return `${block.name}[${at}]`;
    },
    pixels(indices, wanted, signal) {
      signal?.throwIfAborted();
      const step = wanted.width * wanted.height * wanted.channels;
      const output = bytes ? new Uint8Array(indices.length * step) : new Float32Array(indices.length * step);
      const same = wanted.width === size.width && wanted.height === size.height;
      for (let i = 0; i < indices.length; i++) {
        const { block, at } = locate(indices[i]!);
        const stored = block.pixels.subarray(at * length, (at + 1) * length);
        const picture = convertChannels(stored, size.channels, wanted.channels);
        if (same) output.set(picture, i * step);
        else resizeInto(picture, size, wanted.channels, output, i * step, wanted);
      }
      return Promise.resolve(output);
    },
  };
}
