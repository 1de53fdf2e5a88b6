import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lanczos, type LinearOperator, matrixOperator, symmetricEigen, tridiagonalEigen } from '#core/curvature';
import { Philox } from '#core/graph';
import { withSpectrum } from './matrices';

const close = (actual: number, expected: number, tolerance: number): void => expect(Math.abs(actual - expected)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(expected)));

describe('symmetric eigenvalues', () => {
  it('of a matrix with a known spectrum, with eigenvectors that satisfy A v = lambda v', () => {
    const values = Array.from({ length: 40 }, (_, i) => Math.cos(i) * 10 ** ((i % 5) - 2)).sort((a, b) => a - b);
    const a = withSpectrum(values);
    const { values: found, vectors } = symmetricEigen(a, 40);
    found.forEach((value, i) => close(value, values[i]!, 1e-10));
    for (let k = 0; k < 40; k++) {
      for (let i = 0; i < 40; i++) {
        let product = 0;
        for (let j = 0; j < 40; j++) product += a[i * 40 + j]! * vectors[j * 40 + k]!;
        close(product, found[k]! * vectors[i * 40 + k]!, 1e-9);
      }
    }
  });

  it('of any matrix: A V = V diag(values), V orthogonal, values ascending', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 0, max: 1000 }), (n, seed) => {
        const m = new Philox(seed, 'matrix').normals(n * n);
        const a = Float64Array.from({ length: n * n }, (_, at) => m[at]! + m[(at % n) * n + Math.floor(at / n)]!);
        const { values, vectors } = symmetricEigen(a, n);
        for (let i = 0; i < n; i++) {
          if (i > 0) expect(values[i]).toBeGreaterThanOrEqual(values[i - 1]!);
          for (let j = 0; j < n; j++) {
            let [av, vv] = [0, 0];
            for (let k = 0; k < n; k++) {
              av += a[i * n + k]! * vectors[k * n + j]!;
              vv += vectors[k * n + i]! * vectors[k * n + j]!;
            }
            expect(av).toBeCloseTo(values[j]! * vectors[i * n + j]!, 10);
            expect(vv).toBeCloseTo(i === j ? 1 : 0, 12);
          }
        }
      }),
      { numRuns: 30 },
    );
  });

  it('of the second difference: 2 - 2 cos(k pi / (n + 1))', () => {
    const n = 30;
    const { values } = tridiagonalEigen(new Array<number>(n).fill(2), new Array<number>(n - 1).fill(-1));
    values.forEach((value, i) => close(value, 2 - 2 * Math.cos(((i + 1) * Math.PI) / (n + 1)), 1e-12));
  });
});

describe('lanczos', () => {
  for (const reorthogonalization of ['full', 'selective'] as const) {
    it(`finds both ends of a clustered spectrum (${reorthogonalization})`, async () => {
      // A bulk at zero, as a Hessian has it, clusters of nearly equal outliers, and a few negative ones.
      const values = [...Array.from({ length: 180 }, (_, i) => 1e-3 * Math.sin(i)), 5, 5.001, 5.002, 9.99, 10, -1, -1.0001, -3];
      const operator = matrixOperator(withSpectrum(values, 3));
      const result = await lanczos(operator, { largest: 5, smallest: 3, tolerance: 1e-8, maxIterations: 120, reorthogonalization });
      expect(result.converged).toBe(true);
      [10, 9.99, 5.002, 5.001, 5].forEach((value, i) => close(result.largest[i]!.value, value, 1e-6));
      [-3, -1.0001, -1].forEach((value, i) => close(result.smallest[i]!.value, value, 1e-6));
      for (const { value, residual, vector } of [...result.largest, ...result.smallest]) {
        const [product] = await operator.apply([vector]);
        const actual = Math.hypot(...product!.map((p, i) => p - value * vector[i]!));
        expect(actual).toBeLessThanOrEqual(residual + 1e-7);
      }
    });
  }

  it('tells the residual when it is stopped early, and its interval holds an eigenvalue', async () => {
    const values = Array.from({ length: 200 }, (_, i) => i / 10);
    const result = await lanczos(matrixOperator(withSpectrum(values)), { largest: 2, smallest: 1, tolerance: 1e-10, maxIterations: 12 });
    expect(result.converged).toBe(false);
    for (const { interval, converged } of [...result.largest, ...result.smallest]) {
      expect(converged).toBe(false);
      expect(values.some((value) => value >= interval[0] && value <= interval[1])).toBe(true);
    }
  });

  it('tells a converged value from a settled direction: the angle is at most residual over gap', async () => {
    const values = [...Array.from({ length: 80 }, (_, i) => i / 100), 9.9995, 10];
    const matrix = withSpectrum(values, 2);
    const operator = matrixOperator(matrix);
    const { vectors } = symmetricEigen(matrix, values.length);
    const settled = await lanczos(operator, { largest: 2, tolerance: 1e-10 });
    const open = await lanczos(operator, { largest: 2, tolerance: 1e-4 });
    for (const [result, within] of [[settled, 1e-4], [open, 1]] as const) {
      result.largest.forEach(({ vector, angle }, i) => {
        const cosine = Math.abs(Array.from(vector).reduce((sum, v, row) => sum + v * vectors[row * values.length + (values.length - 1 - i)]!, 0));
        expect(Math.sqrt(Math.max(0, 1 - cosine ** 2))).toBeLessThanOrEqual(angle! + 1e-6);
        expect(angle).toBeLessThanOrEqual(within);
      });
    }
    // Two neighbours a twenty-thousandth apart: either value is converged to the tolerance while the direction in their plane is open.
    expect(open.converged).toBe(true);
    expect(open.largest[1]!.angle).toBeGreaterThan(0.1);
    expect(settled.largest[0]!.gap).toBeCloseTo(5e-4, 8);
  });

  it('measures what rounded products leave of a residual, and does not promise less', async () => {
    const exact = matrixOperator(withSpectrum(Array.from({ length: 60 }, (_, i) => i), 1));
    // Products with an error that is not linear in the vector, as rounding is.
    const rough: LinearOperator = { ...exact, apply: async (vectors) => (await exact.apply(vectors)).map((product) => product.map((v, i) => v + 1e-4 * Math.sin(1e6 * v + i))) };
    expect((await lanczos(exact, { tolerance: 1e-10 })).floor).toBeLessThan(1e-10);
    const result = await lanczos(rough, { tolerance: 1e-8, maxIterations: 60 });
    expect(result.floor).toBeGreaterThan(1e-4);
    expect(result.converged).toBe(false);
    const [top] = result.largest;
    expect(top!.residual).toBeGreaterThanOrEqual(result.floor!);
    expect(top!.interval[0]).toBeLessThanOrEqual(59);
    expect(top!.interval[1]).toBeGreaterThanOrEqual(59);
    expect((await lanczos(exact, { measureFloor: false, maxIterations: 10 })).products).toBe(10);
  });

  it('does not take the bulk at zero, where every residual is small, for the smallest eigenvalue', async () => {
    const values = [100, 40, -0.5, ...Array.from({ length: 20_000 }, (_, i) => 1e-4 * Math.sin(i))];
    const diagonal: LinearOperator = {
      name: 'diagonal', dimension: values.length, precision: 'float64', block: 1,
      apply: (vectors) => Promise.resolve(vectors.map((v) => v.map((x, i) => x * values[i]!))),
      dispose: () => Promise.resolve(),
    };
    for (const seed of [0, 1, 2]) {
      const { converged, smallest: [low], largest: [high] } = await lanczos(diagonal, { largest: 1, smallest: 1, tolerance: 1e-3, seed });
      expect(converged).toBe(true);
      close(high!.value, 100, 1e-2);
      expect(Math.abs(low!.value + 0.5)).toBeLessThan(0.01);
    }
    // Of a matrix that has none below zero, as Gauss-Newton's, the bulk is the end.
    const definite: LinearOperator = { ...diagonal, apply: (vectors) => Promise.resolve(vectors.map((v) => v.map((x, i) => x * Math.max(0, values[i]!)))) };
    const { converged, smallest: [zero], iterations } = await lanczos(definite, { largest: 1, smallest: 1, tolerance: 1e-3 });
    expect(converged).toBe(true);
    expect(Math.abs(zero!.value)).toBeLessThan(1e-2);
    expect(iterations).toBeLessThan(30);
  });

  it('finds the copies of a multiple eigenvalue', async () => {
    const result = await lanczos(matrixOperator(withSpectrum([7, 7, 7, 1, 1, 1, 1, 1, 1, 1])), { largest: 3, smallest: 1, tolerance: 1e-9 });
    expect(result.largest.map(({ value }) => Math.round(value * 1e6) / 1e6)).toEqual([7, 7, 7]);
    expect(result.converged).toBe(true);
  });

  it('repeats with its seed', async () => {
    const operator = matrixOperator(withSpectrum(Array.from({ length: 50 }, (_, i) => i)));
    const run = async (seed: number) => (await lanczos(operator, { seed, maxIterations: 10 })).largest[0]!.value;
    expect(await run(1)).toBe(await run(1));
    expect(await run(1)).not.toBe(await run(2));
  });

  it('refuses a product that is not finite', async () => {
    await expect(lanczos(matrixOperator(new Float64Array(9).fill(NaN)))).rejects.toThrow(/not finite/);
  });
});
