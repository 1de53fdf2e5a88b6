import { secondsSince, Times } from '#core/runtime';
import { symmetricEigenvalues, tridiagonalEigen } from '../algebra/symmetric';
import { normalVector, projectOut } from '../algebra/vectors';
import { type LinearOperator, newVector } from '../operators/operator';
import type { Reorthogonalization } from './lanczos';
import type { TraceAlgorithm } from './trace';

/** What an algorithm does besides products with the matrix; of large matrices whose products are quick it is most of the work. */
export interface VectorWork {
  /** Inner products, and sums of two vectors. */
  readonly passes: number;
  /** Vectors of normal numbers that are drawn. */
  readonly draws: number;
  /** Sum of `n^3` over the small tridiagonal matrices whose eigenvectors are computed. */
  readonly tridiagonal: number;
  /** `n^3` of a dense matrix whose eigenvalues are computed. */
  readonly dense: number;
}

const nothing: VectorWork = { passes: 0, draws: 0, tridiagonal: 0, dense: 0 };

/** Share of Gram-Schmidt's passes over a basis that are made a second time, since the first cancelled much: of a Krylov basis, and of vectors that all lean towards the largest eigenvalues. */
const AGAIN = { krylov: 0.7, sketch: 1, block: 0.3 } as const;

/** Steps of Lanczos' iteration, each vector made orthogonal to all before. */
const krylov = (steps: number): number => (1 + AGAIN.krylov) * steps * (steps + 1) + (4 + 2 * AGAIN.krylov) * steps;

/** So many vectors made an orthonormal basis. */
const orthonormalized = (count: number, again: number): number => (1 + again) * count ** 2 + 5 * count;

/** What the algorithms take, as they are written beside. */
export const vectorWork = {
  /** @param pairs eigenvectors that are put together at the end */
  lanczos: (iterations: number, pairs: number, reorthogonalization: Reorthogonalization): VectorWork => ({
    ...nothing,
    // Selective: Ritz vectors that have converged are few; they are put together anew every eight steps.
    passes: (reorthogonalization === 'full' ? krylov(iterations) : iterations * (6 + 2 * pairs) + (pairs * iterations ** 2) / 16) + (pairs + 1) * iterations,
    draws: 1,
    tridiagonal: iterations ** 4 / 4,
  }),
  power: (iterations: number): VectorWork => ({ ...nothing, passes: 5 * iterations, draws: 1 }),
  /** @param count eigenvalues at one end */
  lobpcg: (iterations: number, count: number): VectorWork => ({
    ...nothing,
    passes: iterations * (orthonormalized(3 * count, AGAIN.block) + 17 * count ** 2 + 7 * count),
    draws: count,
  }),
  density: (probes: number, steps: number): VectorWork => ({ ...nothing, passes: probes * (krylov(steps) + 3), tridiagonal: probes * steps ** 3 }),
  trace: (algorithm: TraceAlgorithm, products: number, dimension: number): VectorWork => {
    switch (algorithm) {
      case 'hutchinson': return { ...nothing, passes: 2 * products };
      case 'hutch++': {
        const third = Math.min(Math.floor(products / 3), dimension);
        return { ...nothing, passes: orthonormalized(third, AGAIN.sketch) + 2 * third ** 2 + 4 * third };
      }
      case 'xtrace': {
        const half = Math.min(Math.floor(products / 2), dimension);
        return { ...nothing, passes: orthonormalized(half, AGAIN.sketch) + 3 * half ** 2 + 3 * half, draws: half };
      }
    }
  },
  frobenius: (products: number): VectorWork => ({ ...nothing, passes: 2 * products }),
  diagonal: (products: number): VectorWork => ({ ...nothing, passes: 3 * products }),
  whole: (dimension: number): VectorWork => ({ ...nothing, dense: dimension ** 3 }),
} as const;

/** All of it together. */
export const sumOfWork = (works: readonly VectorWork[]): VectorWork =>
  works.reduce((sum, work) => ({ passes: sum.passes + work.passes, draws: sum.draws + work.draws, tridiagonal: sum.tridiagonal + work.tridiagonal, dense: sum.dense + work.dense }), nothing);

/** Seconds for which each kind of work is repeated at least. */
const MEASURED = 0.01;
/** The vectors of a basis are passed over that many bytes at a time, which no cache holds: so does the work itself. */
const BEYOND_CACHE = 2 ** 26;
const MOST_VECTORS = 32;
/** Rows of the matrices whose eigenvalues are timed, at most. */
const SMALL = 64;
const DENSE = 400;

/**
 * What work with vectors of an operator's length takes, measured on some of it: a few hundredths of a second, more where one vector's pass is long.
 *
 * @returns seconds of work
 */
export async function timeVectorWork(operator: Pick<LinearOperator, 'dimension' | 'precision'>, work: VectorWork): Promise<(work: VectorWork) => number> {
  // Nothing is multiplied with numbers that are no numbers or grow from pass to pass.
  const bytes = operator.dimension * (operator.precision === 'float32' ? 4 : 8);
  const basis = Array.from({ length: Math.min(MOST_VECTORS, Math.max(4, Math.ceil(BEYOND_CACHE / bytes))) }, () => newVector(operator).fill(1e-3 / operator.dimension));
  const w = newVector(operator).fill(1);
  const pass = (await usualSeconds(() => projectOut(w, basis))) / (2 * basis.length);
  const draw = work.draws === 0 ? 0 : await usualSeconds(() => normalVector(operator, 0, 'curvature.estimate'));
  const small = Array.from({ length: SMALL }, (_, i) => 1 + 1 / (1 + i));
  const tridiagonal = work.tridiagonal === 0 ? 0 : (await usualSeconds(() => tridiagonalEigen(small, small))) / SMALL ** 3;
  const n = Math.min(DENSE, Math.round(Math.cbrt(work.dense)));
  const dense = n < 2 ? 0 : (await usualSeconds(() => symmetricEigenvalues(Float64Array.from({ length: n * n }, (_, i) => 1 / (1 + Math.abs(Math.floor(i / n) - (i % n)))), n))) / n ** 3;
  return (of) => of.passes * pass + of.draws * draw + of.tridiagonal * tridiagonal + of.dense * dense;
}

/** What one time of some takes: the first, which takes longer, is no part of the work. */
async function usualSeconds(work: () => unknown): Promise<number> {
  const times = new Times();
  const begun = performance.now();
  for (let count = 0; count < 4 || secondsSince(begun) < MEASURED; count++) {
    const start = performance.now();
    await work();
    times.add(secondsSince(start));
  }
  return times.usual!;
}
