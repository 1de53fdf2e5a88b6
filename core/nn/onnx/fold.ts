import { broadcastShapes, range, sizeOf, stridesOf, UserError } from '#core/graph';
import { type ElementType, Known } from './array';

/**
 * Arithmetic on known arrays: what exporters write to work out shapes (Shape, Gather, Concat, ...) and what follows from
 * constants alone. Numbers are float64.
 */

const store = (type: ElementType, size: number): Float64Array | Float32Array => (type === 'float32' ? new Float32Array(size) : new Float64Array(size));

/** `f(place)` in every place of `shape`, cut to whole numbers where the type has no others; `place` is the same array each time. */
export function build(type: ElementType, shape: readonly number[], f: (place: readonly number[], i: number) => number): Known {
  const data = store(type, sizeOf(shape));
  const place = shape.map(() => 0);
  const whole = type !== 'float32';
  for (let i = 0; i < data.length; i++) {
    const value = f(place, i);
    if (whole && !Number.isFinite(value)) throw new UserError('onnx.invalid', 'a division by zero among whole numbers');
    data[i] = whole ? Math.trunc(value) : value;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      if (++place[axis]! < shape[axis]!) break;
      place[axis] = 0;
    }
  }
  return new Known(type, shape, data);
}

/** Where in `x` the elements of a shape that `x` is broadcast to stand. */
function broadcastStrides({ shape }: Known, rank: number): number[] {
  const strides = stridesOf(shape);
  const missing = rank - shape.length;
  return range(rank).map((axis) => (axis < missing || shape[axis - missing] === 1 ? 0 : strides[axis - missing]!));
}

/** `f` of every element of arrays that broadcast together. */
export function elementwise(name: string, type: ElementType, inputs: readonly Known[], f: (...values: number[]) => number): Known {
  const shape = broadcastShapes(name, ...inputs.map((x) => x.shape));
  const strides = inputs.map((x) => broadcastStrides(x, shape.length));
  return build(type, shape, (place) => f(...inputs.map((x, i) => x.data[dot(place, strides[i]!)]!)));
}

const dot = (place: readonly number[], strides: readonly number[]): number => place.reduce((sum, n, axis) => sum + n * strides[axis]!, 0);

export const reshaped = ({ type, data }: Known, shape: readonly number[]): Known => new Known(type, shape, data);

/** The element at `from(place)` of `x` in every place of `shape`. */
export function picked(x: Known, shape: readonly number[], from: (place: readonly number[]) => readonly number[]): Known {
  const strides = stridesOf(x.shape);
  return build(x.type, shape, (place) => x.data[dot(from(place), strides)]!);
}

export function concatenated(inputs: readonly Known[], axis: number): Known {
  const [first] = inputs as [Known];
  const shape = first.shape.map((n, i) => (i === axis ? inputs.reduce((sum, x) => sum + x.shape[axis]!, 0) : n));
  const strides = inputs.map((x) => stridesOf(x.shape));
  return build(first.type, shape, (place) => {
    let at = place[axis]!;
    let which = 0;
    while (at >= inputs[which]!.shape[axis]!) at -= inputs[which++]!.shape[axis]!;
    return inputs[which]!.data[place.reduce((sum, n, i) => sum + (i === axis ? at : n) * strides[which]![i]!, 0)]!;
  });
}

/** `f` of all elements along `axes`. */
export function reduced(x: Known, axes: readonly number[], keepDims: boolean, f: (values: number[]) => number): Known {
  const kept = range(x.rank).filter((axis) => !axes.includes(axis));
  const groups = new Map<number, number[]>();
  const keptShape = kept.map((axis) => x.shape[axis]!);
  const strides = stridesOf(keptShape);
  build(x.type, x.shape, (place, i) => {
    const key = kept.reduce((sum, axis, at) => sum + place[axis]! * strides[at]!, 0);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [x.data[i]!]);
    else group.push(x.data[i]!);
    return 0;
  });
  const shape = x.shape.flatMap((n, axis) => (axes.includes(axis) ? (keepDims ? [1] : []) : [n]));
  return build(x.type, shape, (_, i) => f(groups.get(i) ?? []));
}
