import { describe, expect, it } from 'vitest';
import type { Probe } from '#core/blocks';
import { matrixOperator } from '#core/curvature';
import { Philox } from '#core/graph';
import { built } from './evaluate';

/** The loss `1/2 w' A w` with `A = diag(1 ... n)`, at `w`. */
const size = 12;
const A = Float64Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 ? i / (size + 1) + 1 : 0));
const w = Float64Array.from({ length: size }, (_, i) => Math.sin(i + 1));
const loss = (at: ArrayLike<number>): number => Array.from(at).reduce((sum, value, i) => sum + ((i + 1) * value * value) / 2, 0);

const probe = (changes: Partial<Probe> = {}): Probe => ({
  weights: w,
  first: new Float64Array(size),
  operator: () => Promise.resolve(matrixOperator(A)),
  gradient: () => Promise.resolve({ loss: loss(w), gradient: w.map((value, i) => (i + 1) * value), batches: [] }),
  loss: (offset) => Promise.resolve(loss(w.map((value, i) => value + (offset?.[i] ?? 0)))),
  ...changes,
});

const take = (specification: unknown, changes?: Partial<Probe>) => built('measures', specification).take(probe(changes));

describe('measures of a quadratic', () => {
  it('eigenvalues at both ends, each with its residual, and the bound beside the largest', async () => {
    const top = await take({ use: 'hessian-top', count: 3, tolerance: 1e-8 }, { stableCurvature: 20 });
    expect(top.map(({ value, suffix }) => [Math.round(1e6 * value) / 1e6, suffix])).toEqual([[12, undefined], [11, '2'], [10, '3']]);
    expect(top.map(({ threshold }) => threshold)).toEqual([20, undefined, undefined]);
    expect(top.every(({ residual, converged }) => converged === true && residual! < 1e-6)).toBe(true);
    const [bottom] = await take({ use: 'hessian-bottom', tolerance: 1e-8 });
    expect(bottom!.value).toBeCloseTo(1, 6);
  });

  it('says what has not converged', async () => {
    const [top] = await take({ use: 'hessian-top', tolerance: 1e-9, maxIterations: 3 });
    expect(top!.converged).toBe(false);
    expect(top!.residual).toBeGreaterThan(1e-3);
    expect(Math.abs(top!.value - 12)).toBeLessThanOrEqual(12);
  });

  it('trace, norm of the gradient, norms of the weights', async () => {
    const [trace] = await take({ use: 'hessian-trace', products: 40 });
    expect(trace!.value).toBeCloseTo(78, 6);
    const [gradient] = await take('gradient-norm');
    expect(gradient!.value).toBeCloseTo(Math.hypot(...w.map((value, i) => (i + 1) * value)), 12);
    for (const use of ['weight-norm', 'distance-from-initialization']) expect((await take(use))[0]!.value).toBeCloseTo(Math.hypot(...w), 12);
  });

  it('SAM sharpness: rho |g| + rho^2 / 2 u\' A u', async () => {
    const g = w.map((value, i) => (i + 1) * value);
    const length = Math.hypot(...g);
    const [sharpness] = await take({ use: 'sam-sharpness', rho: 0.3 });
    expect(sharpness!.value).toBeCloseTo(0.3 * length + 0.09 * loss(g.map((value) => value / length)), 10);
    expect((await take('sam-sharpness', { gradient: () => Promise.resolve({ loss: 1, gradient: new Float64Array(size), batches: [] }) }))[0]!.value).toBe(0);
  });
});

describe('the gradient noise scale', () => {
  it('finds the known ratio of noise to gradient from batches of different sizes, and NaN where there is no gradient', async () => {
    const d = 400;
    // Examples' gradients: a constant 0.5 in every place, noise of variance 4: tr(C) / |g|^2 = 4 / 0.25.
    const measured = async (mean: number): Promise<number> => {
      const noise = new Philox(5, 'noise').normals(64 * 10 * d);
      const batches: { count: number; squaredNorm: number }[] = [];
      const total = new Float64Array(d);
      let at = 0;
      for (let k = 0; k < 64; k++) {
        const count = k % 2 === 0 ? 10 : 7;
        const own = new Float64Array(d);
        for (let i = 0; i < count * d; i++) own[i % d]! += mean + 2 * noise[at++]!;
        own.forEach((value, i) => (total[i]! += value));
        batches.push({ count, squaredNorm: own.reduce((sum, value) => sum + (value / count) ** 2, 0) });
      }
      const all = batches.reduce((sum, { count }) => sum + count, 0);
      const [figure] = await take('gradient-noise-scale', { gradient: () => Promise.resolve({ loss: 0, gradient: total.map((value) => value / all), batches }) });
      return figure!.value;
    };
    expect(Math.abs((await measured(0.5)) / 16 - 1)).toBeLessThan(0.05);
    const lost = await measured(0);
    expect(Number.isNaN(lost) || lost > 1000).toBe(true);
  });
});
