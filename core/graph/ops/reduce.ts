import { apply, scalar } from '../apply';
import { isFloat } from '../dtype';
import { defineOp } from '../op';
import { normalizeAxes, normalizeAxis, reducedShape, ShapeError, sizeOf } from '../shape';
import type { Tensor } from '../tensor';
import { add, div, floating, mul, sub } from './arithmetic';
import { cast } from './elementwise';
import { exp, log } from './unary';

type Axes = number | readonly number[];
type Reduction = {
  axes: readonly number[];
  keepDims: boolean;
}

const shifted = (axes: readonly number[]): number[] => axes.map((axis) => axis + 1);

/** A reduced value spread back over the axes it was taken from. */
function unreduce(y: Tensor, x: Tensor, axes: readonly number[]): Tensor {
  return apply('reshape', [y], { shape: reducedShape(x.shape, axes, true) });
}

defineOp<Reduction>({
  name: 'sum',
  infer: ([x], { axes, keepDims }) => ({ shape: reducedShape(x!.shape, axes, keepDims), dtype: x!.dtype }),
  vjp(node, g, { axes }) {
    const x = node.inputs[0]!;
    return [apply('broadcastTo', [unreduce(g, x, axes)], { shape: x.shape })];
  },
  batch: ([x], { axes, keepDims }) => apply('sum', [x!.value], { axes: shifted(axes), keepDims }),
  simplify([x], { axes, keepDims }) {
    if (axes.length === 0) return x;
    const count = sizeOf(axes.map((axis) => x!.shape[axis]!));
    const shape = reducedShape(x!.shape, axes, keepDims);
    if (count === 1) return apply('reshape', [x!], { shape });
    if (x!.op === 'broadcastTo' && x!.inputs[0]!.rank === 0) {
      return apply('broadcastTo', [mul(x!.inputs[0]!, count)], { shape });
    }
    return withoutFactors(x!, axes, keepDims);
  },
  flops: (node) => node.inputs[0]!.size,
});

/**
 * `sum(X s)` with factors that are constant along the summed axes: `sum(X) s`. Saves passes over X, and lets equal sums that
 * differ in such factors merge.
 */
function withoutFactors(x: Tensor, axes: readonly number[], keepDims: boolean): Tensor | undefined {
  if (x.op !== 'mul' || !isFloat(x.dtype)) return undefined;
  const steady = (factor: Tensor): boolean =>
    axes.every((axis) => axis < x.rank - factor.rank || factor.shape[axis - (x.rank - factor.rank)] === 1);
  const inside: Tensor[] = [];
  const outside: Tensor[] = [];
  const sortFactors = (factor: Tensor): void => {
    if (factor.size < x.size && steady(factor)) outside.push(factor);
    else if (factor.op === 'mul' && factor.size === x.size) factor.inputs.forEach(sortFactors);
    else inside.push(factor);
  };
  x.inputs.forEach(sortFactors);
  if (outside.length === 0 || inside.length === 0) return undefined;
  const rest = inside.reduce((product, factor) => mul(product, factor));
  if (rest.size !== x.size || rest.rank !== x.rank) return undefined;
  const total = apply('sum', [rest], { axes, keepDims: true });
  const scaled = outside.reduce((product, factor) => mul(product, factor), total);
  return apply('reshape', [scaled], { shape: reducedShape(x.shape, axes, keepDims) });
}

for (const name of ['max', 'min']) {
  defineOp<Reduction>({
    name,
    infer([x], { axes, keepDims }) {
      if (axes.some((axis) => x!.shape[axis] === 0)) throw new ShapeError(`${name}: nothing to choose from on an axis of length 0`);
      return { shape: reducedShape(x!.shape, axes, keepDims), dtype: x!.dtype };
    },
    vjp(node, g, { axes }) {
      const x = node.inputs[0]!;
      const chosen = cast(apply('equal', [x, unreduce(node, x, axes)]), x.dtype);
      const count = apply('sum', [chosen], { axes, keepDims: true });
      return [mul(chosen, div(unreduce(g, x, axes), count))];
    },
    batch: ([x], { axes, keepDims }) => apply(name, [x!.value], { axes: shifted(axes), keepDims }),
    simplify: ([x], { axes, keepDims }) =>
      axes.every((axis) => x!.shape[axis] === 1) ? apply('reshape', [x!], { shape: reducedShape(x!.shape, axes, keepDims) }) : undefined,
    flops: (node) => node.inputs[0]!.size,
  });
}

/** An op of its own, because executors get it for nothing where they normalise the same tensor. */
defineOp<Reduction>({
  name: 'variance',
  infer: ([x], { axes, keepDims }) => ({ shape: reducedShape(x!.shape, axes, keepDims), dtype: x!.dtype }),
  vjp(node, g, { axes }) {
    const x = node.inputs[0]!;
    const count = sizeOf(axes.map((axis) => x.shape[axis]!));
    return [mul(sub(x, mean(x, axes, true)), mul(unreduce(g, x, axes), 2 / count))];
  },
  batch: ([x], { axes, keepDims }) => apply('variance', [x!.value], { axes: shifted(axes), keepDims }),
  flops: (node) => 4 * node.inputs[0]!.size,
});

for (const name of ['argmax', 'argmin']) {
  defineOp<{ axis: number; keepDims: boolean }>({
    name,
    infer([x], { axis, keepDims }) {
      if (x!.shape[axis] === 0) throw new ShapeError(`${name}: nothing to choose from on an axis of length 0`);
      return { shape: reducedShape(x!.shape, [axis], keepDims), dtype: 'int64' };
    },
    batch: ([x], { axis, keepDims }) => apply(name, [x!.value], { axis: axis + 1, keepDims }),
    flops: (node) => node.inputs[0]!.size,
  });
}

const reduction = (name: string, x: Tensor, axes: Axes | undefined, keepDims: boolean): Tensor =>
  apply(name, [x], { axes: normalizeAxes(name, axes, x.rank), keepDims });

/** Sum over `axes` (all without a name). Bools are counted as int32. */
export const sum = (x: Tensor, axes?: Axes, keepDims = false): Tensor =>
  reduction('sum', x.dtype === 'bool' ? cast(x, 'int32') : x, axes, keepDims);

/** Arithmetic mean over `axes`, as a float. */
export function mean(x: Tensor, axes?: Axes, keepDims = false): Tensor {
  const value = floating(x);
  const count = sizeOf(normalizeAxes('mean', axes, x.rank).map((axis) => x.shape[axis]!));
  return mul(sum(value, axes, keepDims), 1 / count);
}

/** Largest element over `axes`; equal largest elements share the gradient. */
export const max = (x: Tensor, axes?: Axes, keepDims = false): Tensor => reduction('max', x, axes, keepDims);

/** Smallest element over `axes`; equal smallest elements share the gradient. */
export const min = (x: Tensor, axes?: Axes, keepDims = false): Tensor => reduction('min', x, axes, keepDims);

/** Mean squared distance from the mean over `axes`, divided by `n - correction`. */
export function variance(x: Tensor, axes?: Axes, keepDims = false, correction = 0): Tensor {
  const list = normalizeAxes('variance', axes, x.rank);
  const count = sizeOf(list.map((axis) => x.shape[axis]!));
  const biased = apply('variance', [floating(x)], { axes: list, keepDims });
  return correction === 0 ? biased : mul(biased, count / (count - correction));
}

/** `log(sum(exp(x)))` over `axes`, without overflow. */
export function logsumexp(x: Tensor, axes?: Axes, keepDims = false): Tensor {
  const list = normalizeAxes('logsumexp', axes, x.rank);
  const top = apply('stopGradient', [max(x, list, true)]);
  // An infinite maximum cannot be subtracted from itself.
  const finite = apply('less', [apply('abs', [top]), scalar(Infinity, x.dtype)]);
  const shift = apply('where', [finite, top, scalar(0, x.dtype)]);
  const y = add(log(sum(exp(sub(x, shift)), list, true)), shift);
  return keepDims ? y : apply('reshape', [y], { shape: reducedShape(x.shape, list, false) });
}

/** Product over `axes`, halved again and again, so that its derivatives are right at zeros too. */
export function prod(x: Tensor, axes?: Axes, keepDims = false): Tensor {
  let y = x;
  for (const axis of normalizeAxes('prod', axes, x.rank)) {
    if (y.shape[axis] === 0) {
      const shape = reducedShape(y.shape, [axis], true);
      y = apply('broadcastTo', [scalar(1, x.dtype)], { shape });
    }
    while (y.shape[axis]! > 1) {
      const n = y.shape[axis]!;
      const half = Math.floor(n / 2);
      const product = mul(part(y, axis, 0, half), part(y, axis, half, 2 * half));
      y = n % 2 === 0 ? product : apply('concat', [product, part(y, axis, n - 1, n)], { axis });
    }
  }
  return keepDims ? y : apply('reshape', [y], { shape: reducedShape(y.shape, normalizeAxes('prod', axes, x.rank), false) });
}

function part(x: Tensor, axis: number, start: number, end: number): Tensor {
  return apply('slice', [x], {
    starts: x.shape.map((_, i) => (i === axis ? start : 0)),
    ends: x.shape.map((n, i) => (i === axis ? end : n)),
    steps: x.shape.map(() => 1),
  });
}

/** Position of the first largest element, int64. */
export const argmax = (x: Tensor, axis = -1, keepDims = false): Tensor =>
  apply('argmax', [x], { axis: normalizeAxis('argmax', axis, x.rank), keepDims });

/** Position of the first smallest element, int64. */
export const argmin = (x: Tensor, axis = -1, keepDims = false): Tensor =>
  apply('argmin', [x], { axis: normalizeAxis('argmin', axis, x.rank), keepDims });

/** Whether any bool over `axes` is true. */
export const any = (x: Tensor, axes?: Axes, keepDims = false): Tensor => cast(max(truths('any', x), axes, keepDims), 'bool');

/** Whether all bools over `axes` are true. */
export const all = (x: Tensor, axes?: Axes, keepDims = false): Tensor => cast(min(truths('all', x), axes, keepDims), 'bool');

function truths(op: string, x: Tensor): Tensor {
  if (x.dtype !== 'bool') throw new ShapeError(`${op}: wants bools, not ${x.dtype}`);
  return cast(x, 'int32');
}
