import { range, sizeOf, type Tensor } from '#core/graph';
import type { OnnxBuilder } from '../../builder';
import type { Geometry } from '../conv-gradients';
import { blockedConvNode, largestPart, sumOfParts } from './kernel';
import { blockedImages, fill, fromBlocks, plane, reshape, transpose, upTo } from './layout';
import { type Reach, wider } from './windows-reach';

/** Bytes of images and gradients that the kernels go through for every few results: they are to stay in a core's first cache. */
const CACHE = 28 * 1024;

/** What the copying of rows that groups share costs, as a share of the arithmetic; measured. */
const COPYING = 0.05;

/** Most filters that the kernels compute at once, in blocks. */
const FILTERS = 4;

/** Whether `filterGradByLanes` serves images: whole blocks of channels, whose windows skip no column. */
export const servesLanes = (x: Tensor, { groups, dilation }: Geometry, block: number): boolean => groups === 1 && x.shape[1]! % block === 0 && dilation.at(-1) === 1;

/**
 * The filter's gradient as a convolution (`blockedFilterGrad`) of images that stay in blocks: the channels of a block lie between the columns there, so
 * that the taps of a row for all of them are results beside each other, `kw block` of them. The kernels compute several such at once; three taps
 * alone leave them half idle. The rows are taken in groups, which are channels of their own (with the rows that their windows share), so
 * small that they stay in the cache.
 *
 * @returns `[o, c, taps]`
 */
export function filterGradByLanes(x: Tensor, dy: Tensor, kernel: readonly [number, number], reach: Reach, b: OnnxBuilder): string {
  const block = b.block!;
  const [n, c, o] = [x.shape[0]!, x.shape[1]!, dy.shape[1]!];
  const [from, to, taps] = [c / block, o / block, sizeOf(kernel)];
  const [height, width] = plane(dy.shape.slice(2));
  const { rows, rowsOfImages, filled } = grouping(n, to, [height, width], kernel[0], reach, block);
  const tiles = height / rows;
  const channels = n * tiles;
  const part = largestPart(filled, block);
  const parts = filled / part;

  const apart = reshape(rowsInGroups(x, tiles, rows, rowsOfImages, reach, b), [n, from, tiles, rowsOfImages * reach.width * block], b);
  const turned = reshape(from === 1 ? apart : transpose(apart, [1, 0, 2, 3], b), [from, channels, rowsOfImages, reach.width * block], b);
  const stack = fill(turned, 4, [[1, filled - channels]], b);

  const gradient = reshape(blockedImages(dy, b), [n, to, tiles, rows * width * block], b);
  const byBlocks = reshape(to === 1 ? gradient : transpose(gradient, [1, 0, 2, 3], b), [to, channels, rows * width * block], b);
  const whole = reshape(fill(byBlocks, 3, [[1, filled - channels]], b), [to, parts, part, rows * width * block], b);
  const filter = reshape(to === 1 || parts === 1 ? whole : transpose(whole, [1, 0, 2, 3], b), [parts * o, part, rows, width], b);

  // What the convolution steps by, its gradient skips by, and the other way round.
  const windows = { kernel: [rows, width] as const, stride: reach.dilation, pads: [0, 0, 0, 0], dilation: [reach.stride[0], reach.stride[1] * block], groups: parts };
  // [c / block, parts, o in blocks, taps, block]
  const total = sumOfParts(blockedConvNode([stack, filter], windows, b), [from, parts, o * taps * block], b);
  const plain = fromBlocks(reshape(total, [from, o, 1, taps * block], b), o, b);
  const pieces = from === 1 ? plain : transpose(reshape(plain, [from, o, taps * block], b), [1, 0, 2], b);
  // Each tap is a pixel of a block of channels.
  return fromBlocks(reshape(pieces, [o * from, block, 1, taps], b), block, b);
}

interface Grouping {
  /** Of the gradient in a group: a divisor of its height. */
  readonly rows: number;
  /** Of the images that they meet. */
  readonly rowsOfImages: number;
  /** Channels with those of zeros: the operator wants whole blocks, or less than one. */
  readonly filled: number;
}

function grouping(n: number, to: number, [height, width]: readonly [number, number], kernelRows: number, reach: Reach, block: number): Grouping {
  const all = range(height, 1).filter((rows) => height % rows === 0).map((rows) => {
    const rowsOfImages = (rows - 1) * reach.stride[0] + (kernelRows - 1) * reach.dilation[0] + 1;
    const channels = (n * height) / rows;
    const filled = channels < block ? channels : upTo(channels, block);
    const bytes = 4 * block * (rows * width * Math.min(FILTERS, to) + rowsOfImages * reach.width);
    return { rows, rowsOfImages, filled, bytes, cost: filled / channels + (COPYING * rowsOfImages) / (rows * reach.stride[0]) };
  });
  const fitting = all.filter(({ rows, bytes }) => rows === 1 || bytes <= CACHE);
  return fitting.reduce((best, each) => (each.cost < best.cost ? each : best));
}

/** Padded images in blocks, the rows of one group behind those of the other. */
function rowsInGroups(x: Tensor, tiles: number, rows: number, rowsOfImages: number, reach: Reach, b: OnnxBuilder): string {
  const [n, blocks, [h, w], block] = [x.shape[0]!, x.shape[1]! / b.block!, plane(x.shape.slice(2)), b.block!];
  // Rows that no window reaches are not gathered.
  const [top, bottom] = [reach.rows[0], Math.max(0, reach.rows[1])];
  const { columns } = reach;
  const padded = columns.every((p) => p >= 0)
    ? wider(x, [top, bottom], columns, b)
    : b.emit('Pad', [reshape(blockedImages(x, b), [n, blocks, h, w, block], b), b.ints([0, 0, top, columns[0], 0, 0, 0, bottom, columns[1], 0])]);
  const whole = reshape(padded, [n * blocks, h + top + bottom, reach.width * block], b);
  const indices = range(tiles).flatMap((tile) => range(rowsOfImages, tile * rows * reach.stride[0]));
  return indices.length === h + top + bottom && indices.every((row, i) => row === i) ? whole : b.emit('Gather', [whole, b.ints(indices)], { axis: 1 });
}
