import { add, mean, mul, rsqrt, sizeOf, square, sub, sum, type Tensor, variance } from '#core/graph';

/** A `normalize` node as `(x - mean) / sqrt(variance + epsilon)`. */
export function normalized(node: Tensor): Tensor {
  const x = node.inputs[0]!;
  const { axes, epsilon } = node.attributes as { axes: readonly number[]; epsilon: number };
  return mul(sub(x, mean(x, axes, true)), rsqrt(add(variance(x, axes, true), epsilon)));
}

/** A `variance` node as the mean of squared distances from the mean. */
export function varianceOf(node: Tensor): Tensor {
  const x = node.inputs[0]!;
  const { axes, keepDims } = node.attributes as { axes: readonly number[]; keepDims: boolean };
  const count = sizeOf(axes.map((axis) => x.shape[axis]!));
  return mul(sum(square(sub(x, mean(x, axes, true))), axes, keepDims), 1 / count);
}
