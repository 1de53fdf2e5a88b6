import { add, arange, constant, full, greater, less, logicalAnd, logicalOr, maximum, mul, range, reshape, sizeOf, stridesOf, type Tensor, where } from '#core/graph';
import type { Lowering, LoweringTable } from '../plan';
import { taps, type Window, windowSlices } from './windows';

interface Pool extends Window {
  readonly kernel: readonly number[];
}

const slices = (node: Tensor, fill: number): Tensor[] => {
  const window = node.attributes as unknown as Pool;
  return windowSlices(node.inputs[0]!, window.kernel, node.shape.slice(2), window, fill);
};

/** For one tap: which pixel of the image each window's tap lies on (`[1, 1, ...result]`), and whether it lies in the image at all. */
function pixels(node: Tensor, tap: readonly number[]): { at: Tensor; inside: Tensor } {
  const { stride, padding, dilation } = node.attributes as unknown as Pool;
  const image = node.inputs[0]!.shape.slice(2);
  const result = node.shape.slice(2);
  const strides = stridesOf(image);
  const spots = taps(result).map((place) => {
    const position = place.map((p, i) => p * stride[i]! - padding[i]![0] + tap[i]! * dilation[i]!);
    const inside = position.every((p, i) => p >= 0 && p < image[i]!);
    return { inside, at: inside ? position.reduce((sum, p, i) => sum + p * strides[i]!, 0) : 0 };
  });
  const shape = [1, 1, ...result];
  return {
    at: constant(Int32Array.from(spots, ({ at }) => at), shape, 'int64'),
    inside: constant(Uint8Array.from(spots, ({ inside }) => Number(inside)), shape, 'bool'),
  };
}

/** The first largest element of each window; a NaN is never larger. */
const maxPoolIndices: Lowering = (node, _, p) => {
  const x = node.inputs[0]!;
  const { kernel } = node.attributes as unknown as Pool;
  let best = full(node.shape, -Infinity, x.dtype);
  let at = full(node.shape, -1, 'int64');
  const seen = slices(node, -Infinity);
  taps(kernel).forEach((tap, i) => {
    const { at: pixel, inside } = pixels(node, tap);
    const better = logicalAnd(inside, logicalOr(less(at, 0), greater(seen[i]!, best)));
    best = where(better, seen[i]!, best);
    at = where(better, pixel, at);
  });
  const [n, c] = x.shape as [number, number];
  const planes = reshape(mul(arange(n * c, 'int64'), sizeOf(x.shape.slice(2))), [n, c, ...range(x.rank - 2).map(() => 1)]);
  return p.lower(add(at, planes));
};

export const pool: LoweringTable = {
  maxPool: (node, _, p) => p.lower(slices(node, -Infinity).reduce((a, b) => maximum(a, b))),
  maxPoolIndices,
  avgPool(node, _, p) {
    const { kernel } = node.attributes as unknown as Pool;
    return p.lower(mul(slices(node, 0).reduce((a, b) => add(a, b)), 1 / sizeOf(kernel)));
  },
};
