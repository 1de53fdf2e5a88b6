import { apply } from '../apply';
import { defineOp } from '../op';
import { formatShape, normalizeAxes, normalizeAxis, range, ShapeError } from '../shape';
import type { Tensor } from '../tensor';
import { spread } from './elementwise';

type Slice = { starts: readonly number[]; ends: readonly number[]; steps: readonly number[] };

const sliceLength = (start: number, end: number, step: number): number => Math.max(0, Math.ceil((end - start) / step));

defineOp<Slice>({
  name: 'slice',
  infer: ([x], { starts, ends, steps }) => ({ shape: starts.map((start, i) => sliceLength(start, ends[i]!, steps[i]!)), dtype: x!.dtype }),
  vjp(node, g, { starts, steps }) {
    const x = node.inputs[0]!;
    const spaced = dilate(g, steps);
    const pads = starts.map((start, i): [number, number] => [start, x.shape[i]! - start - spaced.shape[i]!]);
    return [pad(spaced, pads)];
  },
  batch: ([x], { starts, ends, steps }, size) =>
    apply('slice', [x!.value], { starts: [0, ...starts], ends: [size, ...ends], steps: [1, ...steps] }),
  simplify: ([x], { starts, ends, steps }) =>
    starts.every((start, i) => start === 0 && ends[i] === x!.shape[i] && steps[i] === 1) ? x : undefined,
  flops: () => 0,
});

/** `steps - 1` zeros between neighbours. */
function dilate(x: Tensor, steps: readonly number[]): Tensor {
  let y = x;
  steps.forEach((step, axis) => {
    const n = y.shape[axis]!;
    if (step === 1 || n <= 1) return;
    const before = y.shape.slice(0, axis);
    const after = y.shape.slice(axis + 1);
    const cells = apply('reshape', [y], { shape: [...before, n, 1, ...after] });
    const padded = pad(cells, cells.shape.map((_, i): [number, number] => (i === axis + 1 ? [0, step - 1] : [0, 0])));
    const line = apply('reshape', [padded], { shape: [...before, n * step, ...after] });
    y = part(line, axis, 0, (n - 1) * step + 1);
  });
  return y;
}

const part = (x: Tensor, axis: number, start: number, end: number): Tensor =>
  apply('slice', [x], {
    starts: x.shape.map((_, i) => (i === axis ? start : 0)),
    ends: x.shape.map((n, i) => (i === axis ? end : n)),
    steps: x.shape.map(() => 1),
  });

defineOp<{ low: readonly number[]; high: readonly number[]; value: number }>({
  name: 'pad',
  infer: ([x], { low, high }) => ({ shape: x!.shape.map((n, i) => low[i]! + n + high[i]!), dtype: x!.dtype }),
  vjp(node, g, { low }) {
    const x = node.inputs[0]!;
    const ends = x.shape.map((n, i) => low[i]! + n);
    return [apply('slice', [g], { starts: low, ends, steps: low.map(() => 1) })];
  },
  batch: ([x], { low, high, value }) => apply('pad', [x!.value], { low: [0, ...low], high: [0, ...high], value }),
  simplify: ([x], { low, high }) => ([...low, ...high].every((n) => n === 0) ? x : undefined),
  flops: () => 0,
});

defineOp<{ axis: number }>({
  name: 'concat',
  infer(inputs, { axis }) {
    const [first, ...rest] = inputs as [Tensor, ...Tensor[]];
    for (const x of rest) {
      if (x.rank !== first.rank || x.shape.some((n, i) => i !== axis && n !== first.shape[i])) {
        throw new ShapeError(`concat: shapes differ outside axis ${axis}: ${inputs.map((y) => formatShape(y.shape)).join(', ')}`);
      }
      if (x.dtype !== first.dtype) throw new ShapeError(`concat: types differ: ${first.dtype} and ${x.dtype}`);
    }
    const total = inputs.reduce((n, x) => n + x.shape[axis]!, 0);
    return { shape: first.shape.map((n, i) => (i === axis ? total : n)), dtype: first.dtype };
  },
  vjp(node, g, { axis }) {
    let at = 0;
    return node.inputs.map((x) => {
      const start = at;
      at += x.shape[axis]!;
      return part(g, axis, start, at);
    });
  },
  batch: (inputs, { axis }, size) => apply('concat', inputs.map((x) => spread(x, size)), { axis: axis + 1 }),
  simplify: (inputs) => (inputs.length === 1 ? inputs[0] : undefined),
  flops: () => 0,
});

defineOp<{ axes: readonly number[] }>({
  name: 'flip',
  infer: ([x]) => x!,
  vjp: (_, g, { axes }) => [apply('flip', [g], { axes })],
  batch: ([x], { axes }) => apply('flip', [x!.value], { axes: axes.map((axis) => axis + 1) }),
  simplify: ([x], { axes }) => (axes.every((axis) => x!.shape[axis]! <= 1) ? x : undefined),
  flops: () => 0,
});

/**
 * `x[start:end:step]` on every axis; missing trailing axes are taken whole. Negative bounds count from the end, bounds
 * beyond the axis are cut to it. A negative step runs from the end of the range to its start.
 */
export function slice(x: Tensor, starts: readonly number[], ends: readonly number[], steps: readonly number[] = []): Tensor {
  if (starts.length > x.rank || ends.length !== starts.length || steps.length > x.rank) {
    throw new ShapeError(`slice: ${starts.length} starts and ${ends.length} ends for a tensor of shape ${formatShape(x.shape)}`);
  }
  const bound = (value: number, n: number): number => Math.min(n, Math.max(0, value < 0 ? value + n : value));
  for (const [what, list] of Object.entries({ starts, ends, steps })) {
    const wrong = list.findIndex((value) => !Number.isInteger(value) && (what === 'steps' || Math.abs(value) !== Infinity));
    if (wrong >= 0) throw new ShapeError(`slice: ${what} [${list.join(',')}] hold no whole number for axis ${wrong} of ${formatShape(x.shape)}`);
  }
  const backwards = range(x.rank).filter((i) => (steps[i] ?? 1) < 0);
  if (steps.includes(0)) throw new ShapeError('slice: a step of 0 does not move');
  const from = x.shape.map((n, i) => (i < starts.length ? bound(starts[i]!, n) : 0));
  const to = x.shape.map((n, i) => Math.max(from[i]!, i < ends.length ? bound(ends[i]!, n) : n));
  // Backwards: flip the range first, then walk it forwards.
  let y = backwards.length === 0 ? x : apply('slice', [x], { starts: from, ends: to, steps: x.shape.map(() => 1) });
  if (backwards.length === 0) return apply('slice', [y], { starts: from, ends: to, steps: x.shape.map((_, i) => steps[i] ?? 1) });
  y = flip(y, backwards);
  return apply('slice', [y], { starts: y.shape.map(() => 0), ends: y.shape, steps: y.shape.map((_, i) => Math.abs(steps[i] ?? 1)) });
}

/** `value` around `x`: `pads[i]` elements before and after axis `i`; negative numbers cut. */
export function pad(x: Tensor, pads: readonly (readonly [number, number])[], value = 0): Tensor {
  if (pads.length !== x.rank) throw new ShapeError(`pad: ${pads.length} pairs for a tensor of shape ${formatShape(x.shape)}`);
  pads.forEach(([low, high], axis) => {
    if (!Number.isInteger(low) || !Number.isInteger(high) || x.shape[axis]! + Math.min(0, low) + Math.min(0, high) < 0) {
      throw new ShapeError(`pad: [${low},${high}] does not fit axis ${axis} of ${formatShape(x.shape)}`);
    }
  });
  const cut = apply('slice', [x], {
    starts: pads.map(([low]) => Math.max(0, -low)),
    ends: pads.map(([, high], i) => x.shape[i]! - Math.max(0, -high)),
    steps: pads.map(() => 1),
  });
  return apply('pad', [cut], { low: pads.map(([low]) => Math.max(0, low)), high: pads.map(([, high]) => Math.max(0, high)), value });
}

/** Tensors one after the other along `axis`. */
export function concat(xs: readonly Tensor[], axis = 0): Tensor {
  if (xs.length === 0) throw new ShapeError('concat: nothing to join');
  return apply('concat', xs, { axis: normalizeAxis('concat', axis, xs[0]!.rank) });
}

/** Tensors of one shape side by side on a new axis. */
export function stack(xs: readonly Tensor[], axis = 0): Tensor {
  if (xs.length === 0) throw new ShapeError('stack: nothing to join');
  const at = normalizeAxis('stack', axis, xs[0]!.rank + 1);
  return concat(xs.map((x) => apply('reshape', [x], { shape: [...x.shape.slice(0, at), 1, ...x.shape.slice(at)] })), at);
}

/** Pieces of `x` along `axis`: a count of equal ones, or their lengths. */
export function split(x: Tensor, parts: number | readonly number[], axis = 0): Tensor[] {
  const at = normalizeAxis('split', axis, x.rank);
  const n = x.shape[at]!;
  const lengths = typeof parts === 'number' ? new Array<number>(parts).fill(n / parts) : parts;
  if (lengths.some((length) => !Number.isInteger(length) || length < 0) || lengths.reduce((a, b) => a + b, 0) !== n) {
    throw new ShapeError(`split: ${typeof parts === 'number' ? `${parts} equal parts` : formatShape(parts)} of an axis of length ${n}`);
  }
  let end = 0;
  return lengths.map((length) => part(x, at, (end += length) - length, end));
}

/** The elements of `axes` (all without a name) in reverse order. */
export const flip = (x: Tensor, axes?: number | readonly number[]): Tensor =>
  apply('flip', [x], { axes: normalizeAxes('flip', axes, x.rank) });
