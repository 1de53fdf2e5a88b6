import { UserError } from '#core/graph';
import { orthonormalize } from '../algebra/orthogonal';
import { dot, normalVector, norm, projectOut, scale, signVector } from '../algebra/vectors';
import type { LinearOperator, Vector } from '../operators/operator';
import { estimateFrom, type Estimate } from './result';

export interface TraceOptions {
  /** Products with one vector that may be spent. Default 96. */
  readonly products?: number;
  readonly seed?: number;
  readonly signal?: AbortSignal;
}

export type TraceAlgorithm = 'hutchinson' | 'hutch++' | 'xtrace';

/** Products with many vectors, a block at a time. */
export async function applyAll(operator: LinearOperator, vectors: readonly Vector[], signal?: AbortSignal): Promise<Vector[]> {
  const results: Vector[] = [];
  for (let at = 0; at < vectors.length; at += operator.block) {
    const block = vectors.slice(at, at + operator.block);
    results.push(...(await operator.apply(block, signal && { signal })));
  }
  return results;
}

const draw = (count: number, one: (number: number) => Vector): Vector[] => Array.from({ length: count }, (_, number) => one(number));

/** `tr A = E[z' A z]` for random signs z (Hutchinson 1989); the interval from the spread of the samples. */
export async function hutchinson(operator: LinearOperator, { products = 96, seed = 0, signal }: TraceOptions = {}): Promise<Estimate> {
  const samples: number[] = [];
  for (let at = 0; at < products; at += operator.block) {
    const probes = draw(Math.min(operator.block, products - at), (i) => signVector(operator, seed, 'curvature.trace', at + i));
    const images = await operator.apply(probes, signal && { signal });
    probes.forEach((probe, i) => samples.push(dot(probe, images[i]!)));
  }
  return estimateFrom(samples, { operator: operator.name, algorithm: 'hutchinson', products, seed });
}

/**
 * Hutch++ (Meyer, Musco, Musco, Woodruff 2021, algorithm 1): a third of the products finds a basis `Q` of the dominant space, whose
 * trace is taken exactly; the rest estimates what is left, `tr (1 - QQ') A (1 - QQ')`. The interval is of that part.
 */
export async function hutchPlusPlus(operator: LinearOperator, { products = 96, seed = 0, signal }: TraceOptions = {}): Promise<Estimate> {
  const third = Math.min(Math.floor(products / 3), operator.dimension);
  if (third < 2) throw new UserError('curvature.trace', `Hutch++ needs at least 6 products, not ${products}`);
  const sketch = await applyAll(operator, draw(third, (i) => signVector(operator, seed, 'curvature.trace.sketch', i)), signal);
  const basis = orthonormalize(sketch);
  const images = await applyAll(operator, basis, signal);
  const samples = await exactAndRest(operator, basis, images, third, seed, signal);
  return estimateFrom(samples, { operator: operator.name, algorithm: 'hutch++', products: 2 * third + basis.length, seed });
}

/** The trace on the span of `basis`, exact, plus samples of the trace of what is left. */
async function exactAndRest(operator: LinearOperator, basis: readonly Vector[], images: readonly Vector[], count: number, seed: number, signal: AbortSignal | undefined): Promise<number[]> {
  const exact = basis.reduce((sum, q, i) => sum + dot(q, images[i]!), 0);
  const probes = draw(count, (i) => {
    const probe = signVector(operator, seed, 'curvature.trace.rest', i);
    projectOut(probe, basis);
    return probe;
  });
  const rest = await applyAll(operator, probes, signal);
  return probes.map((probe, i) => exact + dot(probe, rest[i]!));
}

/**
 * XTrace (Epperly, Tropp, Webber 2024): every test vector serves the basis of all others' estimates, which are averaged. With
 * `Y = A W = Q R`, leaving vector i out of the basis is the projection `Q (1 - s s') Q'`, `s` orthogonal to the other columns of `R`:
 * each estimate costs only small products.
 */
export async function xtrace(operator: LinearOperator, { products = 96, seed = 0, signal }: TraceOptions = {}): Promise<Estimate> {
  const n = operator.dimension;
  const m = Math.min(Math.floor(products / 2), n);
  if (m < 2) throw new UserError('curvature.trace', `XTrace needs at least 4 products of a matrix with 2 rows or more, not ${products}`);
  // Directions uniform on the sphere of radius sqrt(n).
  const tests = draw(m, (i) => {
    const test = normalVector(operator, seed, 'curvature.trace.xtrace', i);
    scale(test, Math.sqrt(n) / norm(test));
    return test;
  });
  const images = await applyAll(operator, tests, signal);
  const basis = orthonormalize(images, operator.precision === 'float32' ? 1e-5 : 1e-12);
  const of = { operator: operator.name, algorithm: 'xtrace', products: m + basis.length, seed };
  const basisImages = await applyAll(operator, basis, signal);
  const k = basis.length;
  const H = basis.map((q) => basisImages.map((image) => dot(q, image)));
  const trace = H.reduce((sum, row, i) => sum + row[i]!, 0);
  if (k < m) {
    // To working precision the basis holds the operator's range, and leaving one vector out is no longer defined: what
    // is left is sampled with fresh vectors, as in Hutch++.
    const count = Math.max(8, m - k);
    return estimateFrom(await exactAndRest(operator, basis, basisImages, count, seed, signal), { ...of, products: of.products + count });
  }
  const W = tests.map((test) => basis.map((q) => dot(q, test)));
  const R = images.map((image) => basis.map((q) => dot(q, image)));
  const S = orthogonalToOthers(R);
  const times = (v: readonly number[]): number[] => H.map((row) => row.reduce((sum, h, j) => sum + h * v[j]!, 0));
  const inner = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, v, j) => sum + v * b[j]!, 0);
  const samples = tests.map((test, i) => {
    const s = S[i]!;
    const w = W[i]!;
    const along = inner(s, w);
    const u = w.map((v, j) => v - along * s[j]!);
    const low = trace - inner(s, times(s));
    const rest = dot(test, images[i]!) - 2 * inner(u, R[i]!) + inner(u, times(u));
    const left = Math.max(n - inner(u, u), 1e-12 * n);
    return low + (rest * (n - m + 1)) / left;
  });
  return estimateFrom(samples, of);
}

/** For each of `k` vectors of length k, the unit vector orthogonal to all others: the normalized rows of the inverse. */
function orthogonalToOthers(vectors: readonly (readonly number[])[]): number[][] {
  const k = vectors.length;
  // Gauss-Jordan on [V | 1] with V's rows the vectors; column i of the inverse is orthogonal to every vector but i.
  const a = vectors.map((row, i) => [...row, ...row.map((_, j) => Number(i === j))]);
  for (let column = 0; column < k; column++) {
    let pivot = column;
    for (let row = column + 1; row < k; row++) if (Math.abs(a[row]![column]!) > Math.abs(a[pivot]![column]!)) pivot = row;
    [a[column], a[pivot]] = [a[pivot]!, a[column]!];
    const head = a[column]!;
    const divisor = head[column]!;
    for (let j = 0; j < 2 * k; j++) head[j]! /= divisor;
    for (let row = 0; row < k; row++) {
      const factor = a[row]![column]!;
      if (row === column || factor === 0) continue;
      for (let j = 0; j < 2 * k; j++) a[row]![j]! -= factor * head[j]!;
    }
  }
  return vectors.map((_, i) => {
    const column = a.map((row) => row[k + i]!);
    const length = Math.hypot(...column);
    return column.map((v) => v / length);
  });
}

export const traceAlgorithms: Readonly<Record<TraceAlgorithm, (operator: LinearOperator, options?: TraceOptions) => Promise<Estimate>>> = {
  hutchinson,
  'hutch++': hutchPlusPlus,
  xtrace,
};

/** `|A|_F^2 = E |A z|^2` for random signs z, as the norm itself: the interval is carried over by the square root. */
export async function frobeniusNorm(operator: LinearOperator, { products = 96, seed = 0, signal }: TraceOptions = {}): Promise<Estimate> {
  const images = await applyAll(operator, draw(products, (i) => signVector(operator, seed, 'curvature.frobenius', i)), signal);
  const squares = estimateFrom(images.map((image) => dot(image, image)), { operator: operator.name, algorithm: 'hutchinson on the square', products, seed });
  const value = Math.sqrt(squares.value);
  return {
    ...squares,
    value,
    standardError: value > 0 ? squares.standardError / (2 * value) : 0,
    interval: [Math.sqrt(Math.max(0, squares.interval[0])), Math.sqrt(squares.interval[1])],
  };
}

/** The diagonal, entry by entry. */
export interface DiagonalEstimate {
  readonly operator: string;
  readonly values: Float64Array;
  readonly standardErrors: Float64Array;
  readonly products: number;
  readonly seed: number;
}

/** `diag A = E[z * A z]` for random signs z (Bekas, Kokiopoulou, Saad 2007), with the standard error of every entry. */
export async function diagonal(operator: LinearOperator, { products = 96, seed = 0, signal }: TraceOptions = {}): Promise<DiagonalEstimate> {
  const n = operator.dimension;
  const sums = new Float64Array(n);
  const squares = new Float64Array(n);
  for (let at = 0; at < products; at += operator.block) {
    const probes = draw(Math.min(operator.block, products - at), (i) => signVector(operator, seed, 'curvature.diagonal', at + i));
    const images = await operator.apply(probes, signal && { signal });
    probes.forEach((probe, k) => {
      const image = images[k]!;
      for (let i = 0; i < n; i++) {
        const sample = probe[i]! * image[i]!;
        sums[i]! += sample;
        squares[i]! += sample * sample;
      }
    });
  }
  const values = sums.map((sum) => sum / products);
  const standardErrors = squares.map((square, i) => Math.sqrt(Math.max(0, square / products - values[i]! ** 2) / Math.max(1, products - 1)));
  return { operator: operator.name, values, standardErrors, products, seed };
}
