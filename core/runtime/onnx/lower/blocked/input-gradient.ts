import { sizeOf, type Tensor } from '#core/graph';
import type { OnnxBuilder } from '../../builder';
import type { Geometry } from '../conv-gradients';
import { blockedConvNode, reading, serves, two } from './kernel';
import { blockedImages, fill, imagesOf, plane, planePadding, reshape, toBlocks, transpose, upTo } from './layout';
import { type Phase, type Phases, phases } from './phases';

type Axes<T> = readonly [T, T];

const geometry = (node: Tensor): Geometry => node.attributes as unknown as Geometry;

/** Whether ONNX Runtime's blocked kernels serve an input gradient. */
export function servesInputGrad(node: Tensor, b: OnnxBuilder): boolean {
  const [dy, w] = node.inputs as [Tensor, Tensor];
  return serves(b, node.dtype, w.shape[0]!, node.shape[1]!, geometry(node).groups, (dy.size * w.size) / w.shape[0]!);
}

/**
 * `convInputGrad` by convolutions that they serve, one for each phase of the stride; their results are laid between each other, in blocks.
 *
 * @param plus images in blocks that the result is added to, where there is one phase
 */
export function blockedInputGrad(node: Tensor, b: OnnxBuilder, plus?: string): string {
  const g = geometry(node);
  const [dy, w] = node.inputs as [Tensor, Tensor];
  const [o, c] = w.shape as [number, number];
  const kernel = plane(w.shape.slice(2));
  const [stride, dilation, padding] = [two(g.stride), two(g.dilation), planePadding(g.padding)];
  const [size, reach] = [plane(g.size), plane(dy.shape.slice(2))];
  const count = [0, 1].map((i) => Math.ceil(size[i]! / stride[i]!)) as [number, number];
  const [down, across] = [0, 1].map((i) => phases(kernel[i]!, stride[i]!, dilation[i]!, padding[i]![0], reach[i]!, count[i]!)) as [Phases, Phases];
  const pairs = down.each.flatMap((v) => across.each.map((h): Axes<Phase> => [v, h]));

  const byBlocks = reading(o, g.groups, b.block!) === 'blocks';
  const images = byBlocks ? blockedImages(dy, b) : imagesOf(dy, b);
  const filters = b.once(`blocked turned filter ${w.id} ${JSON.stringify(g)}`, () => filtersOf(w, g.groups, kernel, pairs, byBlocks, b));
  const parts = pairs.map(([v, h], i) => {
    const pads = [v.pads[0], h.pads[0], v.pads[1], h.pads[1]];
    const windows = { kernel: [v.taps.length, h.taps.length] as const, stride: [1, 1], pads, dilation: [1, 1], groups: g.groups };
    return blockedConvNode([images, filters[i]!, ...(plus === undefined ? [] : ['', plus])], windows, b);
  });
  const blocks = (g.groups * upTo(c, b.block!)) / b.block!;
  return stride.every((s) => s === 1) ? parts[0]! : interleave(parts, [node.shape[0]!, blocks], [down, across], count, stride, size, b);
}

/** The filters of all phases: each has the taps that reach its phase, read from the image's side. */
function filtersOf(w: Tensor, groups: number, kernel: Axes<number>, pairs: readonly Axes<Phase>[], byBlocks: boolean, b: OnnxBuilder): string[] {
  const block = b.block!;
  const [o, c] = w.shape as [number, number];
  const [rows, filled, taps] = [byBlocks && groups === 1 ? upTo(o, block) : o, upTo(c, block), sizeOf(kernel)];
  const plain = fill(reshape(b.lower(w), [o, c, taps], b), 3, [[0, rows - o], [1, filled - c]], b);
  const blocks = reshape(toBlocks(reshape(plain, [rows, filled, 1, taps], b), b), [rows, filled / block, taps, block], b);
  const places = pairs.map(([v, h]) => v.taps.flatMap((t) => h.taps.map((u) => (t < 0 || u < 0 ? taps : t * kernel[1] + u))));
  const table = places.flat();
  // One tap more, of zeros, for the places that no tap reaches.
  const chosen = b.emit('Gather', [table.includes(taps) ? fill(blocks, 4, [[2, 1]], b) : blocks, b.ints(table)], { axis: 2 });
  const turned = byBlocks
    ? transpose(reshape(chosen, [groups, rows / groups / block, block, filled / block, table.length, block], b), [0, 3, 1, 4, 2, 5], b)
    : transpose(reshape(chosen, [groups, rows / groups, filled / block, table.length, block], b), [0, 2, 1, 3, 4], b);
  const lengths = b.ints(places.map((list) => list.length));
  const apart = pairs.length === 1 ? [turned] : b.emitAll('Split', [turned, lengths], { axis: 3 }, { outputs: pairs.length });
  return apart.map((filter, i) => reshape(filter, [groups * filled, rows / groups, pairs[i]![0].taps.length, pairs[i]![1].taps.length], b));
}

/** Images of the phases, `[n, blocks block, height, width]` each, laid between each other and cut to their size. */
function interleave(
  parts: readonly string[],
  [n, blocks]: Axes<number>,
  [down, across]: Axes<Phases>,
  [height, width]: Axes<number>,
  stride: readonly number[],
  size: readonly number[],
  b: OnnxBuilder,
): string {
  const block = b.block!;
  const stacked = parts.length === 1 ? parts[0]! : b.emit('Concat', parts, { axis: 0 });
  const apart = reshape(stacked, [down.each.length, across.each.length, n, blocks, height, width, block], b);
  // [n, blocks, h, phase, w, phase, block]
  const between = transpose(apart, [2, 3, 4, 0, 5, 1, 6], b);
  const [v, h] = stride as [number, number];
  const before = [0, 0, 0, down.first, 0, across.first, 0];
  const after = [0, 0, 0, v - down.first - down.each.length, 0, h - across.first - across.each.length, 0];
  const complete = [...before, ...after].some((zeros) => zeros > 0) ? b.emit('Pad', [between, b.ints([...before, ...after])]) : between;
  let images = reshape(complete, [n, blocks, height * v, width * h, block], b);
  if (size[0] !== height * v || size[1] !== width * h) images = b.emit('Slice', [images, b.ints([0, 0]), b.ints(size), b.ints([2, 3])]);
  return reshape(images, [n, blocks * block, ...size], b);
}
