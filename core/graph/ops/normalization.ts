import { apply } from '../apply';
import { defineOp } from '../op';
import { formatShape, normalizeAxes, range, ShapeError } from '../shape';
import type { Tensor } from '../tensor';
import { add, mul, sub } from './arithmetic';
import { mean, variance } from './reduce';
import { rsqrt } from './unary';

/**
 * `(x - mean) / sqrt(variance + epsilon)` over `axes`. An op of its own for its short gradient:
 * `dx = r g - r mean(g) - y r mean(g y)` with `r = 1 / sqrt(variance + epsilon)`.
 */
defineOp<{ axes: readonly number[]; epsilon: number }>({
  name: 'normalize',
  infer: ([x]) => x!,
  vjp(node, g, { axes, epsilon }) {
    const r = inverseDeviation(node.inputs[0]!, axes, epsilon);
    const centred = sub(mul(g, r), mul(mean(g, axes, true), r));
    return [sub(centred, mul(node, mul(mean(mul(g, node), axes, true), r)))];
  },
  batch: ([x], { axes, epsilon }) => apply('normalize', [x!.value], { axes: axes.map((axis) => axis + 1), epsilon }),
  flops: (node) => 6 * node.size,
});

/** `1 / sqrt(variance + epsilon)` over `axes`, kept as axes of length 1. */
export const inverseDeviation = (x: Tensor, axes: readonly number[], epsilon: number): Tensor =>
  rsqrt(add(variance(x, axes, true), epsilon));

/** `(x - mean) / sqrt(variance + epsilon)` over `axes`. */
export const normalize = (x: Tensor, axes: number | readonly number[], epsilon = 1e-5): Tensor =>
  apply('normalize', [x], { axes: normalizeAxes('normalize', axes, x.rank), epsilon });

/** Layer normalisation over the last axes, those that `weight` has (Ba et al. 2016). */
export function layerNorm(x: Tensor, weight: Tensor, bias?: Tensor, epsilon = 1e-5): Tensor {
  const axes = range(weight.rank, x.rank - weight.rank);
  if (axes.some((axis, i) => x.shape[axis] !== weight.shape[i])) {
    throw new ShapeError(`layerNorm: weight ${formatShape(weight.shape)} does not match the last axes of ${formatShape(x.shape)}`);
  }
  const y = mul(normalize(x, axes, epsilon), weight);
  return bias === undefined ? y : add(y, bias);
}

/** `[c]` as `[c, 1, ...]`, so that it scales the channels of `[n, c, ...]`. */
export const perChannel = (v: Tensor, x: Tensor): Tensor => apply('reshape', [v], { shape: [v.size, ...range(x.rank - 2).map(() => 1)] });

/** Whether `v` has one number for each channel of `x` `[n, c, ...]`: `[c, 1, ...]` or `[1, c, 1, ...]`. */
export const isPerChannel = (v: Tensor, x: Tensor): boolean =>
  x.rank >= 3 && v.size === x.shape[1] && v.rank >= x.rank - 1 && v.rank <= x.rank && v.shape[v.rank - x.rank + 1] === v.size;

/** Group normalisation of `[n, c, ...]` (Wu and He 2018); `weight` and `bias` are `[c]`. */
export function groupNorm(x: Tensor, groups: number, weight?: Tensor, bias?: Tensor, epsilon = 1e-5): Tensor {
  const [n, c, ...spatial] = x.shape as [number, number, ...number[]];
  if (c % groups !== 0) throw new ShapeError(`groupNorm: ${c} channels do not divide into ${groups} groups`);
  const grouped = apply('reshape', [x], { shape: [n, groups, c / groups, ...spatial] });
  const y = apply('reshape', [normalize(grouped, range(grouped.rank - 2, 2), epsilon)], { shape: x.shape });
  const scaled = weight === undefined ? y : mul(y, perChannel(weight, x));
  return bias === undefined ? scaled : add(scaled, perChannel(bias, x));
}

/**
 * Batch normalisation of `[n, c, ...]` or `[n, c]` with the batch's own moments (Ioffe and Szegedy 2015). `mean` and
 * `variance` (`[c]`, biased) are for the running statistics; no gradient should be taken through those.
 */
export function batchNorm(x: Tensor, weight?: Tensor, bias?: Tensor, epsilon = 1e-5): { y: Tensor; mean: Tensor; variance: Tensor } {
  const axes = range(x.rank).filter((axis) => axis !== 1);
  const y = normalize(x, axes, epsilon);
  const scaled = weight === undefined ? y : mul(y, perChannel(weight, x));
  return {
    y: bias === undefined ? scaled : add(scaled, perChannel(bias, x)),
    mean: mean(x, axes),
    variance: apply('reshape', [variance(x, axes, true)], { shape: [x.shape[1]!] }),
  };
}

/** Batch normalisation with given moments `[c]`: an affine map of each channel. */
export function batchNormInference(
  x: Tensor,
  moments: { mean: Tensor; variance: Tensor },
  weight?: Tensor,
  bias?: Tensor,
  epsilon = 1e-5,
): Tensor {
  const r = rsqrt(add(moments.variance, epsilon));
  const scale = weight === undefined ? r : mul(r, weight);
  const centre = mul(moments.mean, scale);
  const shift = bias === undefined ? mul(centre, -1) : sub(bias, centre);
  return add(mul(x, perChannel(scale, x)), perChannel(shift, x));
}
