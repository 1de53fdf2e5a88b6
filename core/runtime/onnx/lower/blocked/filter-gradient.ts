import { range, sizeOf, type Tensor } from '#core/graph';
import type { OnnxBuilder } from '../../builder';
import type { Geometry } from '../conv-gradients';
import { blockedConvNode, type Windows, WORTH_IT } from './kernel';
import { blockedImages, fill, fromBlocks, imagesOf, plane, reshape, transpose, upTo } from './layout';

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
  const [height, width] = plane(dy.shape.slice(2));
  // The operator wants fewer channels than a block or whole blocks of them; examples of zeros fill the batch up.
  const examples = n * g.groups < block ? n : upTo(n, block);
  if (examples > MOST_FILLING * n) return undefined;
  const part = range(block - 1, 1).reduce((best, size) => (examples % size === 0 ? size : best), 1);
  const [parts, blocks] = [examples / part, o / block];

  const reaches = windowsReach(x, dy, g);
  const images = moved(x, examples - n, reaches.columns, reaches.rows, b);
  const whole = fill(reshape(blockedImages(dy, b), [n, g.groups * blocks, height * width * block], b), 3, [[0, examples - n]], b);
  const gradient = reshape(whole, [parts, part, g.groups, blocks, height * width * block], b);
  const one = g.groups === 1 && blocks === 1;
  const filter = reshape(one ? gradient : transpose(gradient, [2, 0, 3, 1, 4], b), [g.groups * parts * o, part, height, width], b);
  const grouped = g.groups === 1 ? images : transpose(reshape(images, [g.groups, c, examples, reaches.height * reaches.width], b), [1, 0, 2, 3], b);
  const stack = reshape(grouped, [c, g.groups * examples, reaches.height, reaches.width], b);
  const [stride, dilation] = [reaches.dilation, reaches.stride];
  const products = blockedConvNode([stack, filter], { kernel: [height, width], stride, pads: reaches.pads, dilation, groups: g.groups * parts }, b);
  // [c, groups, parts, o in blocks, taps]
  const apart = reshape(products, [c, g.groups, parts, o * sizeOf(kernel)], b);
  const total = parts === 1 ? apart : b.emit('ReduceSum', [apart, b.ints([2])], { keepdims: 0 });
  const plain = fromBlocks(reshape(total, [c * g.groups, o, 1, sizeOf(kernel)], b), o, b);
  const turned = transpose(reshape(plain, [c, g.groups * o, sizeOf(kernel)], b), [1, 0, 2], b);
  return reshape(turned, node.shape, b);
}

interface Reach {
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  /** Zeros (or, if negative, cuts) before and after the columns. */
  readonly columns: readonly [number, number];
  readonly rows: readonly [number, number];
  /** What is left for the operator to pad: rows only. */
  readonly pads: readonly number[];
  readonly height: number;
  readonly width: number;
}

/** The part of the padded images that the windows touch, so that there are as many results as the filter has taps. */
function windowsReach(x: Tensor, dy: Tensor, g: Geometry): Reach {
  const flat = g.size.length === 1;
  const two = (list: readonly number[]): readonly number[] => (flat ? [1, list[0]!] : list);
  const [stride, dilation] = [two(g.stride), two(g.dilation)];
  const [image, gradient, kernel] = [plane(x.shape.slice(2)), plane(dy.shape.slice(2)), plane(g.size)];
  const low = [flat ? 0 : g.padding[0]![0], flat ? g.padding[0]![0] : g.padding[1]![0]];
  const high = [0, 1].map((i) => (gradient[i]! - 1) * stride[i]! + (kernel[i]! - 1) * dilation[i]! + 1 - low[i]! - image[i]!);
  const cut = Math.min(0, high[0]!);
  return {
    stride,
    dilation,
    columns: [low[1]!, high[1]!],
    rows: [0, cut],
    pads: [low[0]!, 0, high[0]! - cut, 0],
    height: image[0] + cut,
    width: image[1] + low[1]! + high[1]!,
  };
}

/** `[n, c, ...]` as `[c, n, h, w]` with examples of zeros, the columns padded (or cut) and the rows cut. */
function moved(x: Tensor, examples: number, columns: readonly [number, number], rows: readonly [number, number], b: OnnxBuilder): string {
  const c = x.shape[1]!;
  const onlyWider = examples === 0 && [...rows, ...columns].every((p) => p >= 0) && columns.some((p) => p > 0);
  if (onlyWider && c % b.block! === 0) {
    // A convolution with ones pads on all cores, ONNX Runtime's `Pad` on one.
    const pads = [0, columns[0], 0, columns[1]];
    const unit: Windows = { kernel: [1, 1], stride: [1, 1], pads, dilation: [1, 1], groups: c };
    const wider = blockedConvNode([blockedImages(x, b), b.filled(1, [c, 1, 1, 1])], unit, b);
    return transpose(fromBlocks(wider, c, b), [1, 0, 2, 3], b);
  }
  const swapped = transpose(imagesOf(x, b), [1, 0, 2, 3], b);
  if ([examples, ...columns, ...rows].every((p) => p === 0)) return swapped;
  return b.emit('Pad', [swapped, b.ints([0, 0, rows[0], columns[0], 0, examples, rows[1], columns[1]])]);
}
