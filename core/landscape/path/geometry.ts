import type { PathKind } from './recipe';

/** Parameters of a network by name. */
export type Weights = Readonly<Record<string, Float32Array>>;

/**
 * A path in weight space from its first control point (t = 0) to its last (t = 1). A polygon passes through all of them, at its knots; a
 * quadratic Bezier curve has three and only leans towards the middle one.
 */
export interface WeightPath {
  readonly shape: 'polygon' | 'bezier';
  readonly points: readonly Weights[];
  /** Of a polygon: where each control point stands on t, ascending from 0 to 1. */
  readonly knots?: Float64Array;
}

/** How much of each control point is in the path's point at `t`; the shares sum to 1. */
export function shares({ shape, points, knots }: Pick<WeightPath, 'shape' | 'knots'> & { readonly points: { readonly length: number } }, t: number): Float64Array {
  // Garipov et al. 2018, equation 4: phi(t) = (1 - t)^2 w1 + 2 t (1 - t) theta + t^2 w2.
  if (shape === 'bezier') return Float64Array.of((1 - t) ** 2, 2 * t * (1 - t), t * t);
  const places = knots ?? evenKnots(points.length);
  const found = new Float64Array(points.length);
  let segment = 0;
  while (segment < points.length - 2 && t > places[segment + 1]!) segment++;
  const along = (t - places[segment]!) / (places[segment + 1]! - places[segment]!);
  found[segment] = 1 - along;
  found[segment + 1] = along;
  return found;
}

export const evenKnots = (count: number): Float64Array => Float64Array.from({ length: count }, (_, i) => i / (count - 1));

/** The weights at `t`; at both ends the very numbers of the control points. */
export function pointAt(path: WeightPath, t: number): Record<string, Float32Array> {
  const own = shares(path, t);
  const whole = own.indexOf(1);
  if (whole >= 0) return { ...path.points[whole]! };
  return Object.fromEntries(
    Object.keys(path.points[0]!).map((name) => {
      const out = new Float32Array(path.points[0]![name]!.length);
      const parts = path.points.flatMap((point, k) => (own[k] === 0 ? [] : [{ share: own[k]!, data: point[name]! }]));
      for (let i = 0; i < out.length; i++) {
        let sum = 0;
        for (const { share, data } of parts) sum += share * data[i]!;
        out[i] = sum;
      }
      return [name, out];
    }),
  );
}

/** Euclidean distance of two weights. */
export function distanceBetween(a: Weights, b: Weights): number {
  let sum = 0;
  for (const [name, data] of Object.entries(a)) {
    const other = b[name]!;
    for (let i = 0; i < data.length; i++) sum += (data[i]! - other[i]!) ** 2;
  }
  return Math.sqrt(sum);
}

/** Knots of a polygon at the shares of its length that lie before each point. @throws when two neighbours are the same */
export function lengthKnots(points: readonly Weights[]): Float64Array {
  const knots = new Float64Array(points.length);
  for (let i = 1; i < points.length; i++) knots[i] = knots[i - 1]! + distanceBetween(points[i - 1]!, points[i]!);
  const length = knots.at(-1)!;
  if (!(length > 0)) throw new Error('a path has no length');
  for (let i = 1; i < points.length; i++) knots[i]! /= length;
  knots[points.length - 1] = 1;
  return knots;
}

/** The path of a kind through its trained points. */
export function pathThrough(kind: PathKind, start: Weights, inner: readonly Weights[], end: Weights): WeightPath {
  const points = [start, ...inner, end];
  if (kind === 'bezier') return { shape: 'bezier', points };
  return { shape: 'polygon', points, ...(kind === 'band' && { knots: lengthKnots(points) }) };
}

/**
 * Length of the path from its start to each of the given places, by the lengths of the chords between `finer` times as many places. Works on
 * inner products of the control points, so that no weights are made.
 */
export function lengths(path: WeightPath, places: Float64Array, finer = 16): Float64Array {
  const count = path.points.length;
  const origin = path.points[0]!;
  // Of differences from the first point: inner products of the points themselves would cancel.
  const gram = new Float64Array(count * count);
  for (let k = 1; k < count; k++) {
    for (let l = 1; l <= k; l++) gram[k * count + l] = gram[l * count + k] = differences(origin, path.points[k]!, path.points[l]!);
  }
  const found = new Float64Array(places.length);
  let before = shares(path, places[0] ?? 0);
  for (let i = 1; i < places.length; i++) {
    found[i] = found[i - 1]!;
    for (let step = 1; step <= finer; step++) {
      const here = shares(path, places[i - 1]! + ((places[i]! - places[i - 1]!) * step) / finer);
      let square = 0;
      for (let k = 1; k < count; k++) for (let l = 1; l < count; l++) square += (here[k]! - before[k]!) * (here[l]! - before[l]!) * gram[k * count + l]!;
      found[i]! += Math.sqrt(Math.max(square, 0));
      before = here;
    }
  }
  return found;
}

function differences(origin: Weights, a: Weights, b: Weights): number {
  let sum = 0;
  for (const [name, from] of Object.entries(origin)) {
    const [x, y] = [a[name]!, b[name]!];
    for (let i = 0; i < from.length; i++) sum += (x[i]! - from[i]!) * (y[i]! - from[i]!);
  }
  return sum;
}
