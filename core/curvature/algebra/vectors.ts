import { Philox } from '#core/graph';
import type { LinearOperator, Vector } from '../operators/operator';

/** Inner product, summed in float64. Four sums at once: one alone waits for itself. */
export function dot(a: Vector, b: Vector): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  const whole = a.length - (a.length % 4);
  for (let i = 0; i < whole; i += 4) {
    s0 += a[i]! * b[i]!;
    s1 += a[i + 1]! * b[i + 1]!;
    s2 += a[i + 2]! * b[i + 2]!;
    s3 += a[i + 3]! * b[i + 3]!;
  }
  for (let i = whole; i < a.length; i++) s0 += a[i]! * b[i]!;
  return s0 + s1 + (s2 + s3);
}

export const norm = (a: Vector): number => Math.sqrt(dot(a, a));

/** `a *= factor` */
export function scale(a: Vector, factor: number): void {
  for (let i = 0; i < a.length; i++) a[i]! *= factor;
}

/** `y += factor x` */
export function addScaled(y: Vector, x: Vector, factor: number): void {
  for (let i = 0; i < y.length; i++) y[i]! += factor * x[i]!;
}

/** `w + factor u`, of the type of `w`. */
export function moved(w: Vector, u: Vector, factor = 1): Vector {
  const result = w.slice();
  addScaled(result, u, factor);
  return result;
}

/** `sum_k weights[k] vectors[k]`, of the type of the first. */
export function combine(vectors: readonly Vector[], weights: ArrayLike<number>): Vector {
  const result = new (vectors[0]!.constructor as new (n: number) => Vector)(vectors[0]!.length);
  const whole = vectors.length - (vectors.length % 4);
  for (let k = 0; k < whole; k += 4) {
    subtractFour(result, vectors[k]!, vectors[k + 1]!, vectors[k + 2]!, vectors[k + 3]!, [-weights[k]!, -weights[k + 1]!, -weights[k + 2]!, -weights[k + 3]!]);
  }
  for (let k = whole; k < vectors.length; k++) addScaled(result, vectors[k]!, weights[k]!);
  return result;
}

/** Inner products of `w` with four vectors in one pass. */
function dotFour(a: Vector, b: Vector, c: Vector, d: Vector, w: Vector): [number, number, number, number] {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  for (let i = 0; i < w.length; i++) {
    const x = w[i]!;
    s0 += a[i]! * x;
    s1 += b[i]! * x;
    s2 += c[i]! * x;
    s3 += d[i]! * x;
  }
  return [s0, s1, s2, s3];
}

function subtractFour(w: Vector, a: Vector, b: Vector, c: Vector, d: Vector, [s0, s1, s2, s3]: readonly [number, number, number, number]): void {
  for (let i = 0; i < w.length; i++) w[i]! -= s0 * a[i]! + s1 * b[i]! + (s2 * c[i]! + s3 * d[i]!);
}

/** Takes from `w` its components along orthonormal vectors (classical Gram-Schmidt, four at a time); gives the components. */
export function projectOut(w: Vector, basis: readonly Vector[]): Float64Array {
  const parts = new Float64Array(basis.length);
  const whole = basis.length - (basis.length % 4);
  for (let k = 0; k < whole; k += 4) parts.set(dotFour(basis[k]!, basis[k + 1]!, basis[k + 2]!, basis[k + 3]!, w), k);
  for (let k = whole; k < basis.length; k++) parts[k] = dot(basis[k]!, w);
  for (let k = 0; k < whole; k += 4) {
    subtractFour(w, basis[k]!, basis[k + 1]!, basis[k + 2]!, basis[k + 3]!, [parts[k]!, parts[k + 1]!, parts[k + 2]!, parts[k + 3]!]);
  }
  for (let k = whole; k < basis.length; k++) addScaled(w, basis[k]!, -parts[k]!);
  return parts;
}

/** Random vectors follow from the seed, the name of their use and their number. */
export function normalVector(operator: Pick<LinearOperator, 'dimension' | 'precision'>, seed: number, use: string, number = 0): Vector {
  const values = new Philox(seed, use, number).normals(operator.dimension);
  return operator.precision === 'float32' ? values : Float64Array.from(values);
}

/** A vector of random signs (Rademacher). */
export function signVector(operator: LinearOperator, seed: number, use: string, number = 0): Vector {
  const words = new Philox(seed, use, number).words(Math.ceil(operator.dimension / 32));
  const signs = operator.precision === 'float32' ? new Float32Array(operator.dimension) : new Float64Array(operator.dimension);
  for (let i = 0; i < signs.length; i++) signs[i] = (words[i >>> 5]! >>> (i & 31)) & 1 ? 1 : -1;
  return signs;
}
