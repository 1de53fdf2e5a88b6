import { sizeOf, type Tensor } from '#core/graph';
import type { OnnxBuilder } from '../../builder';
import type { Geometry } from '../conv-gradients';
import { filterGradByLanes, servesLanes } from './filter-gradient-by-lanes';
import { blockedConvNode, largestPart, sumOfParts, WORTH_IT } from './kernel';
import { blockedImages, fill, fromBlocks, imagesOf, plane, reshape, transpose, upTo } from './layout';
import { type Reach, wider, windowsReach } from './windows-reach';

/** More than this many times the examples would be too much of zeros. */
const MOST_FILLING = 1.5;

/**
 * The filter's gradient as one convolution: the images' channels are the batch, the batch is the channels, and the gradient in blocks is
 * the filter, so large that its result is as small as the original filter. That is the textbook form; the blocked kernels are quick at
 * it as long as their results lie inside the image, so the width is padded beforehand. They add up to `block - 1` unblocked channels
 * (examples, here); the sum over such parts of the batch follows. `undefined` where this does not serve.
 */
export function blockedFilterGrad(node: Tensor, g: Geometry, b: OnnxBuilder): string | undefined {
  const [x, dy] = node.inputs as [Tensor, Tensor];
  const [block, [n, channels], all] = [b.block, x.shape as [number, number], dy.shape[1]!];
  if (block === undefined || b.portable || node.dtype !== 'float32' || (node.size * dy.size) / all < WORTH_IT) return undefined;
  const [c, o] = [channels / g.groups, all / g.groups];
  const kernel = plane(g.size);
  if (o % block !== 0 || kernel[1] === 1) return undefined;
  const reach = windowsReach(x, dy, g);
  if (servesLanes(x, g, block)) return reshape(filterGradByLanes(x, dy, kernel, reach, b), node.shape, b);

  const [height, width] = plane(dy.shape.slice(2));
  // The operator wants fewer channels than a block or whole blocks of them; examples of zeros fill the batch up.
  const examples = n * g.groups < block ? n : upTo(n, block);
  if (examples > MOST_FILLING * n) return undefined;
  const part = largestPart(examples, block);
  const [parts, blocks, taps] = [examples / part, o / block, sizeOf(kernel)];
  const whole = fill(reshape(blockedImages(dy, b), [n, g.groups * blocks, height * width * block], b), 3, [[0, examples - n]], b);
  const gradient = reshape(whole, [parts, part, g.groups, blocks, height * width * block], b);
  const one = g.groups === 1 && blocks === 1;
  const filter = reshape(one ? gradient : transpose(gradient, [2, 0, 3, 1, 4], b), [g.groups * parts * o, part, height, width], b);

  const { images, pads } = moved(x, examples - n, reach, b);
  const size = [reach.height - pads[0] - pads[1], reach.width];
  const grouped = g.groups === 1 ? images : transpose(reshape(images, [g.groups, c, examples, sizeOf(size)], b), [1, 0, 2, 3], b);
  const stack = reshape(grouped, [c, g.groups * examples, ...size], b);
  // What the convolution steps by, its gradient skips by, and the other way round.
  const windows = { kernel: [height, width] as const, stride: reach.dilation, pads: [pads[0], 0, pads[1], 0], dilation: reach.stride, groups: g.groups * parts };
  // [c, groups, parts, o in blocks, taps]
  const total = sumOfParts(blockedConvNode([stack, filter], windows, b), [c * g.groups, parts, o * taps], b);
  const plain = fromBlocks(reshape(total, [c * g.groups, o, 1, taps], b), o, b);
  const turned = transpose(reshape(plain, [c, g.groups * o, taps], b), [1, 0, 2], b);
  return reshape(turned, node.shape, b);
}

/** `[n, c, ...]` as `[c, n, h, w]` with examples of zeros, the columns padded (or cut) and the rows cut; what rows are still to be padded. */
function moved(x: Tensor, examples: number, { rows, columns }: Reach, b: OnnxBuilder): { images: string; pads: readonly [number, number] } {
  const c = x.shape[1]!;
  const pads = [rows[0], Math.max(0, rows[1])] as const;
  const cut = Math.min(0, rows[1]);
  const onlyWider = examples === 0 && cut === 0 && columns.every((p) => p >= 0) && columns.some((p) => p > 0);
  if (onlyWider && c % b.block! === 0) return { images: transpose(fromBlocks(wider(x, [0, 0], columns, b), c, b), [1, 0, 2, 3], b), pads };
  const swapped = transpose(imagesOf(x, b), [1, 0, 2, 3], b);
  if ([examples, ...columns, cut].every((p) => p === 0)) return { images: swapped, pads };
  return { images: b.emit('Pad', [swapped, b.ints([0, 0, 0, columns[0], 0, examples, cut, columns[1]])]), pads };
}
