import { sizeOf, type Tensor } from '#core/graph';
import type { OnnxBuilder } from '../../builder';
import type { Geometry } from '../conv-gradients';
import { blockedConvNode, reading, serves, two, type Windows } from './kernel';
import { asInGraph, blockedImages, fill, fromBlocks, imagesOf, plane, planePadding, reshape, toBlocks, transpose, upTo } from './layout';
import { type Phases, phases } from './phases';

/** `convInputGrad` as one blocked convolution: each phase of the stride makes its own channels, which are then laid between each other. */
export function blockedInputGrad(node: Tensor, g: Geometry, b: OnnxBuilder): string | undefined {
  const [dy, w] = node.inputs as [Tensor, Tensor];
  const [o, c] = w.shape as [number, number];
  const channels = c * g.groups;
  if (!serves(b, node.dtype, o, channels, g.groups, (dy.size * w.size) / o)) return undefined;
  const block = b.block!;
  const kernel = plane(w.shape.slice(2));
  const [stride, dilation] = [two(g.stride), two(g.dilation)];
  const padding = planePadding(g.padding);
  const axes = [0, 1].map((i) => phases(kernel[i]!, stride[i]!, dilation[i]!, padding[i]![0]));
  const [down, across] = axes as [Phases, Phases];
  const size = plane(g.size);
  const reach = plane(dy.shape.slice(2));
  const [height, width] = [0, 1].map((i) => Math.ceil(size[i]! / stride[i]!)) as [number, number];
  const pads = [-down.low, -across.low, height - reach[0] + down.high, width - reach[1] + across.high];
  if (pads.some((p) => p < 0)) return undefined;

  const byBlocks = reading(o, g.groups, block) === 'blocks';
  const rows = byBlocks && g.groups === 1 ? upTo(o, block) : o;
  const filled = upTo(c, block);
  const [parts, taps] = [down.count * across.count, (down.high - down.low + 1) * (across.high - across.low + 1)];
  const filter = b.once(`blocked turned filter ${w.id} ${JSON.stringify(g)}`, () => {
    const plain = fill(reshape(b.lower(w), [o, c, sizeOf(kernel)], b), 3, [[0, rows - o], [1, filled - c]], b);
    const spread = reshape(toBlocks(reshape(plain, [rows, filled, 1, sizeOf(kernel)], b), b), [rows, filled / block, sizeOf(kernel), block], b);
    const none = sizeOf(kernel);
    const table = down.tap.flatMap((vertical) =>
      across.tap.flatMap((horizontal) => vertical.flatMap((t) => horizontal.map((u) => (t < 0 || u < 0 ? none : t * kernel[1] + u)))),
    );
    // One tap more, of zeros, for the places of a phase that no tap reaches.
    const withNone = table.includes(none) ? fill(spread, 4, [[2, 1]], b) : spread;
    const chosen = b.emit('Gather', [withNone, b.ints(table)], { axis: 2 });
    const turned = byBlocks
      ? transpose(reshape(chosen, [g.groups, rows / g.groups / block, block, filled / block, parts, taps, block], b), [0, 4, 3, 1, 5, 2, 6], b)
      : transpose(reshape(chosen, [g.groups, rows / g.groups, filled / block, parts, taps, block], b), [0, 3, 2, 1, 4, 5], b);
    return [reshape(turned, [g.groups * parts * filled, rows / g.groups, down.high - down.low + 1, across.high - across.low + 1], b)];
  })[0]!;
  const windows: Windows = {
    kernel: [down.high - down.low + 1, across.high - across.low + 1],
    stride: [1, 1],
    pads,
    dilation: [1, 1],
    groups: g.groups,
  };
  const images = byBlocks ? blockedImages(dy, b) : imagesOf(dy, b);
  const y = blockedConvNode([images, filter], windows, b);
  const whole = interleave(y, node.shape[0]!, (g.groups * filled) / block, g.groups, [down, across], [height, width], stride, size, b);
  return asInGraph(fromBlocks(whole, channels, b), node.shape, b);
}

/** Phases as channels `[n, groups, phases, blocks, h, w, block]` to images, cut to their size. */
function interleave(
  y: string,
  n: number,
  blocks: number,
  groups: number,
  [down, across]: readonly [Phases, Phases],
  [height, width]: readonly [number, number],
  stride: readonly number[],
  size: readonly number[],
  b: OnnxBuilder,
): string {
  const block = b.block!;
  if (stride.every((s) => s === 1)) return y;
  const apart = reshape(y, [n, groups, down.count, across.count, blocks / groups, height, width, block], b);
  // [n, groups, blocks, h, phase, w, phase, block]
  const between = transpose(apart, [0, 1, 4, 5, 2, 6, 3, 7], b);
  const [v, h] = stride as [number, number];
  const missing = [0, 0, 0, 0, down.first, 0, across.first, 0, 0, 0, 0, 0, v - down.first - down.count, 0, h - across.first - across.count, 0];
  const complete = missing.some((count) => count > 0) ? b.emit('Pad', [between, b.ints(missing)]) : between;
  let images = reshape(complete, [n, blocks, height * v, width * h, block], b);
  if (size[0] !== height * v || size[1] !== width * h) {
    images = b.emit('Slice', [images, b.ints([0, 0]), b.ints(size), b.ints([2, 3])]);
  }
  return reshape(images, [n, blocks * block, ...size], b);
}
