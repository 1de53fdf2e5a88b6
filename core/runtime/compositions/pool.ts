import { add, arange, constant, full, greater, less, logicalAnd, logicalOr, maximum, mul, range, reshape, sizeOf, stridesOf, type Tensor, where } from '#core/graph';
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
    at: constant(Int32Array.from(spots, ({ at }) => at), shape, 'int32'),
    inside: constant(Uint8Array.from(spots, ({ inside }) => Number(inside)), shape, 'bool'),
  };
}

/** Where in the flattened input each window's first largest element lies, as int32; a NaN is never larger. */
export function maxPoolPlaces(node: Tensor): Tensor {
  const x = node.inputs[0]!;
  const { kernel } = node.attributes as unknown as Pool;
  let best = full(node.shape, -Infinity, x.dtype);
  let at = full(node.shape, -1, 'int32');
  const seen = slices(node, -Infinity);
  taps(kernel).forEach((tap, i) => {
    const { at: pixel, inside } = pixels(node, tap);
    const better = logicalAnd(inside, logicalOr(less(at, 0), greater(seen[i]!, best)));
    best = where(better, seen[i]!, best);
    at = where(better, pixel, at);
  });
  const [n, c] = x.shape as [number, number];
  const planes = reshape(mul(arange(n * c, 'int32'), sizeOf(x.shape.slice(2))), [n, c, ...range(x.rank - 2).map(() => 1)]);
  return add(at, planes);
}

export const maxPooled = (node: Tensor): Tensor => slices(node, -Infinity).reduce((a, b) => maximum(a, b));

export function averagePooled(node: Tensor): Tensor {
  const { kernel } = node.attributes as unknown as Pool;
  return mul(slices(node, 0).reduce((a, b) => add(a, b)), 1 / sizeOf(kernel));
}
