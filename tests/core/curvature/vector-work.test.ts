import { type LinearOperator, lanczos, lobpcg, matrixOperator, spectralDensity, sumOfWork, symmetricEigen, timeVectorWork, traceAlgorithms, type VectorWork, vectorWork } from '#core/curvature';
import { Philox } from '#core/graph';
import { beforeEach, describe, expect, it, vi } from 'vitest';

/** Passes over vectors that the algorithms make: inner products, sums, scalings. */
const made = vi.hoisted(() => ({ passes: 0, draws: 0 }));

vi.mock('../../../core/curvature/algebra/vectors', async (original) => {
  const true_ = await original<typeof import('../../../core/curvature/algebra/vectors')>();
  const counted = <A extends unknown[], R>(f: (...args: A) => R, passes: (...args: A) => number) => (...args: A): R => {
    made.passes += passes(...args);
    return f(...args);
  };
  return {
    ...true_,
    norm: counted(true_.norm, () => 1),
    projectOut: counted(true_.projectOut, (_, basis) => 2 * basis.length),
    dot: counted(true_.dot, () => 1),
    scale: counted(true_.scale, () => 1),
    addScaled: counted(true_.addScaled, () => 1),
    combine: counted(true_.combine, (vectors) => vectors.length),
    normalVector: (...args: Parameters<typeof true_.normalVector>) => {
      made.draws++;
      return true_.normalVector(...args);
    },
  };
});

const n = 240;

/** A few large eigenvalues and a bulk about zero, as the Hessians of networks have them. */
function likeAHessian(): LinearOperator {
  const random = new Philox(3, 'test.vector-work').normals(n * n);
  const { vectors } = symmetricEigen(Float64Array.from({ length: n * n }, (_, i) => random[i]! + random[(i % n) * n + Math.floor(i / n)]!), n);
  const values = Float64Array.from({ length: n }, (_, k) => (k < 8 ? 10 / (1 + k) : 0.2 * Math.cos(k) ** 3));
  return matrixOperator(Float64Array.from({ length: n * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    let sum = 0;
    for (let k = 0; k < n; k++) sum += values[k]! * vectors[i * n + k]! * vectors[j * n + k]!;
    return sum;
  }));
}

const operator = likeAHessian();

beforeEach(() => Object.assign(made, { passes: 0, draws: 0 }));

describe('work on vectors', () => {
  const near = ({ passes, draws }: VectorWork): void => {
    expect(made.draws).toBe(draws);
    expect(passes / made.passes).toBeGreaterThan(0.75);
    expect(passes / made.passes).toBeLessThan(1.33);
  };

  it.each([[1, 0, 30], [3, 3, 70]])('of Lanczos for %i largest and %i smallest eigenvalues in %i steps', async (largest, smallest, maxIterations) => {
    const { iterations } = await lanczos(operator, { largest, smallest, tolerance: 1e-15, maxIterations });
    near(vectorWork.lanczos(iterations, largest + smallest, 'full'));
  });

  it('of LOBPCG', async () => {
    const { iterations } = await lobpcg(operator, { count: 4, tolerance: 1e-15, maxIterations: 12 });
    near(vectorWork.lobpcg(iterations, 4));
  });

  it('of a density', async () => {
    await spectralDensity(operator, { probes: 4, steps: 40 });
    near(vectorWork.density(4, 40));
  });

  it.each(['hutchinson', 'hutch++', 'xtrace'] as const)('of a trace by %s', async (algorithm) => {
    await traceAlgorithms[algorithm](operator, { products: 60 });
    // Signs are as quickly drawn as a pass is made.
    if (algorithm !== 'xtrace') made.passes += algorithm === 'hutchinson' ? 60 : 40;
    near(vectorWork.trace(algorithm, 60, n));
  });

  it('is as much as its parts', async () => {
    const work = sumOfWork([vectorWork.power(7), vectorWork.whole(30)]);
    expect(work).toEqual({ passes: 35, draws: 1, tridiagonal: 0, dense: 27_000 });
    const seconds = await timeVectorWork(operator, work);
    expect(seconds(work)).toBeCloseTo(seconds(vectorWork.power(7)) + seconds(vectorWork.whole(30)), 12);
    expect(seconds(vectorWork.whole(30))).toBeGreaterThan(0);
    expect(seconds(sumOfWork([]))).toBe(0);
  });
});
