import { Philox } from '#core/graph';

/** A symmetric matrix `[n, n]` with these eigenvalues: a diagonal turned by `n` random reflections. */
export function withSpectrum(values: readonly number[], seed = 0): Float64Array {
  const n = values.length;
  const a = new Float64Array(n * n);
  values.forEach((value, i) => (a[i * n + i] = value));
  const random = new Philox(seed, 'test.spectrum');
  for (let r = 0; r < 6; r++) {
    const v = Float64Array.from(random.normals(n));
    const length = Math.hypot(...v);
    v.forEach((_, i) => (v[i]! /= length));
    reflect(a, v, n);
  }
  return a;
}

/** `A = H A H` with `H = 1 - 2 v v'`. */
function reflect(a: Float64Array, v: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += a[i * n + j]! * v[j]!;
    for (let j = 0; j < n; j++) a[i * n + j]! -= 2 * sum * v[j]!;
  }
  for (let j = 0; j < n; j++) {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += a[i * n + j]! * v[i]!;
    for (let i = 0; i < n; i++) a[i * n + j]! -= 2 * sum * v[i]!;
  }
}
