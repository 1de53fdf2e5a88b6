import { sizeOf, type Tensor } from '#core/graph';
import type { OnnxBuilder } from '../../builder';
import { BLOCKED_DOMAIN } from './block-size';

/**
 * Images as ONNX Runtime's convolutions read them fastest: channels in blocks of `block`, the channels of a block innermost. ONNX has no
 * type for that; by its shape such a tensor is still `[n, channels, height, width]`, with the channels filled up to whole blocks.
 */
export const upTo = (n: number, block: number): number => Math.ceil(n / block) * block;

/** `[height, width]` of the images of a 1d or 2d convolution; a signal is an image of one row. */
export const plane = (spatial: readonly number[]): [number, number] => (spatial.length === 1 ? [1, spatial[0]!] : [spatial[0]!, spatial[1]!]);

/** Padding of the rows and the columns, likewise. */
export function planePadding(padding: readonly (readonly [number, number])[]): readonly [readonly [number, number], readonly [number, number]] {
  return padding.length === 1 ? [[0, 0], padding[0]!] : [padding[0]!, padding[1]!];
}

export const reshape = (x: string, shape: readonly number[], b: OnnxBuilder): string => b.emit('Reshape', [x, b.ints(shape)]);

export const transpose = (x: string, perm: readonly number[], b: OnnxBuilder): string => b.emit('Transpose', [x], { perm });

/** Zeros after the last entry of some axes: `[axis, count]`. */
export function fill(x: string, rank: number, counts: readonly (readonly [number, number])[], b: OnnxBuilder): string {
  if (counts.every(([, count]) => count === 0)) return x;
  const pads = new Array<number>(2 * rank).fill(0);
  for (const [axis, count] of counts) pads[rank + axis] = count;
  return b.emit('Pad', [x, b.ints(pads)]);
}

/** `[n, c, h, w]` in blocks; `c` is a multiple of 4. */
export const toBlocks = (x: string, b: OnnxBuilder): string => b.emit('ReorderInput', [x], {}, { domain: BLOCKED_DOMAIN });

/** Blocks as `[n, channels, h, w]`, without what fills the last block. */
export const fromBlocks = (x: string, channels: number, b: OnnxBuilder): string =>
  b.emit('ReorderOutput', [x], { channels }, { domain: BLOCKED_DOMAIN });

/** The graph's images `[n, c, ...]` in blocks: as they were computed, or converted once. */
export const blockedImages = (x: Tensor, b: OnnxBuilder): string => b.in('blocked', x);

/** The graph's images `[n, c, ...]` as `[n, c, h, w]`. */
export const imagesOf = (x: Tensor, b: OnnxBuilder): string => asImages(b.lower(x), x, b);

/** An array of the shape of `x` `[n, c, ...]` as `[n, c, h, w]`. */
export const asImages = (array: string, x: Tensor, b: OnnxBuilder): string =>
  x.rank === 4 ? array : reshape(array, [x.shape[0]!, x.shape[1]!, ...plane(x.shape.slice(2))], b);

/** `[n, c, h, w]` in the graph's shape. */
export const asInGraph = (x: string, shape: readonly number[], b: OnnxBuilder): string => (shape.length === 4 ? x : reshape(x, shape, b));

/**
 * Filters `[o, i, ...]` as `[o / block, i, taps, block]`; `o` and `i` are filled up with zeros to `rows` and `columns`. By treating
 * the filters of a block as the channels of an image, the reordering of images does the work.
 */
export function filterBlocks(w: Tensor, rows: number, columns: number, b: OnnxBuilder): string {
  const [o, i] = w.shape as [number, number];
  const block = b.block!;
  const taps = sizeOf(w.shape.slice(2));
  const filled = fill(reshape(b.lower(w), [o, i, taps], b), 3, [[0, rows - o], [1, columns - i]], b);
  return toBlocks(reshape(filled, [rows / block, block, columns, taps], b), b);
}
