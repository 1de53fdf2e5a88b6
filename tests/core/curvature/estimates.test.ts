import { describe, expect, it } from 'vitest';
import {
  conditionNumber, diagonal, entropyRank, frobeniusNorm, lobpcg, matrixOperator, participationRatio, powerIteration, spectralDensity, traceAlgorithms,
} from '#core/curvature';
import { withSpectrum } from './matrices';

const decaying = Array.from({ length: 200 }, (_, i) => 100 * 0.8 ** i);
const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
const within = (value: number, [low, high]: readonly [number, number]): boolean => value >= low && value <= high;

describe('traces', () => {
  for (const [name, estimate] of Object.entries(traceAlgorithms)) {
    it(`${name}: the 95 % interval holds the trace in at least 34 of 40 seeds`, async () => {
      const values = [...Array.from({ length: 60 }, (_, i) => Math.sin(i) + 0.5), 30, 20, 10, -5];
      const operator = matrixOperator(withSpectrum(values, 5));
      let hits = 0;
      for (let seed = 0; seed < 40; seed++) {
        const { value, interval, products } = await estimate(operator, { products: 36, seed });
        expect(products).toBeLessThanOrEqual(36);
        expect(within(value, interval)).toBe(true);
        hits += Number(within(sumOf(values), interval));
      }
      expect(hits).toBeGreaterThanOrEqual(34);
    });
  }

  it('Hutch++ and XTrace know a decaying spectrum far better than Hutchinson at equal cost', async () => {
    const operator = matrixOperator(withSpectrum(decaying, 1));
    const error = async (name: keyof typeof traceAlgorithms): Promise<number> => Math.abs((await traceAlgorithms[name](operator, { products: 60, seed: 3 })).value - sumOf(decaying));
    const plain = await error('hutchinson');
    expect(await error('hutch++')).toBeLessThan(plain / 10);
    expect(await error('xtrace')).toBeLessThan(plain / 100);
  });

  it('XTrace is exact on a matrix of low rank', async () => {
    const values = [5, 4, 3, ...new Array<number>(97).fill(0)];
    const { value, standardError } = await traceAlgorithms.xtrace(matrixOperator(withSpectrum(values)), { products: 20 });
    expect(value).toBeCloseTo(12, 9);
    expect(standardError).toBeLessThan(1e-9);
  });

  it('a multiple of the identity is known from every sample', async () => {
    const operator = matrixOperator(withSpectrum(new Array<number>(50).fill(2)));
    const { value, standardError } = await traceAlgorithms.hutchinson(operator, { products: 8 });
    expect(value).toBeCloseTo(100, 9);
    expect(standardError).toBeLessThan(1e-9);
  });
});

describe('norms, diagonals and ranks', () => {
  const values = Array.from({ length: 80 }, (_, i) => 1 + Math.cos(i));
  const matrix = withSpectrum(values, 8);
  const operator = matrixOperator(matrix);

  it('the Frobenius norm lies in its interval', async () => {
    const { value, interval } = await frobeniusNorm(operator, { products: 200 });
    const actual = Math.hypot(...values);
    expect(within(actual, interval)).toBe(true);
    expect(Math.abs(value / actual - 1)).toBeLessThan(0.05);
  });

  it('the diagonal: each entry within four standard errors for nearly all', async () => {
    const { values: found, standardErrors } = await diagonal(operator, { products: 400 });
    const near = Array.from(found, (value, i) => Math.abs(value - matrix[i * 81]!) <= 4 * standardErrors[i]! + 1e-12);
    expect(near.filter(Boolean).length).toBeGreaterThanOrEqual(79);
  });

  it('the participation ratio of k equal eigenvalues is k', async () => {
    const flat = matrixOperator(withSpectrum([...new Array<number>(12).fill(3), ...new Array<number>(88).fill(0)]));
    const { value, interval } = await participationRatio(flat, { products: 200, algorithm: 'xtrace' });
    expect(within(12, interval)).toBe(true);
    expect(Math.abs(value - 12)).toBeLessThan(2);
  });

  it('the condition number of a positive definite matrix, and why an indefinite one has none', async () => {
    const definite = await conditionNumber(matrixOperator(withSpectrum([1, 2, 3, 50])), { tolerance: 1e-10 });
    expect(definite.value).toBeCloseTo(50, 6);
    const indefinite = await conditionNumber(matrixOperator(withSpectrum([-1, 2, 3, 50])), { tolerance: 1e-10 });
    expect(indefinite.value).toBeUndefined();
    expect(indefinite.reason).toMatch(/indefinite/);
    const early = await conditionNumber(matrixOperator(withSpectrum(values)), { tolerance: 1e-12, maxIterations: 4 });
    expect(early.reason).toMatch(/did not converge/);
  });
});

describe('block and power iterations', () => {
  it('LOBPCG finds multiple eigenvalues at either end', async () => {
    const operator = matrixOperator(withSpectrum([...Array.from({ length: 80 }, (_, i) => i / 40), 9, 9, 9, 12, -4, -4], 2));
    const top = await lobpcg(operator, { count: 4, tolerance: 1e-8 });
    expect(top.converged).toBe(true);
    [12, 9, 9, 9].forEach((value, i) => expect(top.largest[i]!.value).toBeCloseTo(value, 6));
    const bottom = await lobpcg(operator, { count: 2, which: 'smallest', tolerance: 1e-8 });
    [-4, -4].forEach((value, i) => expect(bottom.smallest[i]!.value).toBeCloseTo(value, 6));
  });

  it('power iteration finds the eigenvalue of largest size, whatever its sign, or says that it did not', async () => {
    const operator = matrixOperator(withSpectrum([...Array.from({ length: 30 }, (_, i) => i / 30), -8, 5]));
    const result = await powerIteration(operator, { tolerance: 1e-8 });
    expect(result.converged).toBe(true);
    expect(result.smallest[0]!.value).toBeCloseTo(-8, 6);
    const early = await powerIteration(operator, { tolerance: 1e-12, maxIterations: 3 });
    expect(early.converged).toBe(false);
    expect(within(-8, early.smallest[0]?.interval ?? early.largest[0]!.interval) || within(5, early.smallest[0]?.interval ?? early.largest[0]!.interval)).toBe(true);
  });
});

describe('spectral density', () => {
  const values = [...Array.from({ length: 180 }, (_, i) => 0.2 * Math.sin(i * 7)), ...Array.from({ length: 20 }, (_, i) => 2 + i / 20)];
  const operator = matrixOperator(withSpectrum(values, 4));

  it('weights sum to one, ends and trace are those of the matrix', async () => {
    const density = await spectralDensity(operator, { probes: 10, steps: 60 });
    expect(density.weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 10);
    expect(density.largest).toBeCloseTo(Math.max(...values), 6);
    expect(density.smallest).toBeCloseTo(Math.min(...values), 2);
    expect(within(sumOf(values), density.trace.interval)).toBe(true);
    const step = density.grid[1]! - density.grid[0]!;
    expect(density.density.reduce((sum, value) => sum + value * step, 0)).toBeCloseTo(1, 2);
  });

  it('the smoothed density of the true spectrum lies in its interval at nine tenths of the places', async () => {
    const { grid, lower, upper, sigma } = await spectralDensity(operator, { probes: 16, steps: 100, width: 0.02 });
    const truth = (x: number): number => sumOf(values.map((value) => Math.exp(-0.5 * ((x - value) / sigma) ** 2))) / (values.length * sigma * Math.sqrt(2 * Math.PI));
    const inside = Array.from(grid, (x, i) => truth(x) >= lower[i]! - 1e-6 && truth(x) <= upper[i]! + 1e-6);
    expect(inside.filter(Boolean).length).toBeGreaterThanOrEqual(0.9 * grid.length);
  });

  it('the entropy rank of k equal eigenvalues is k', async () => {
    const flat = matrixOperator(withSpectrum([...new Array<number>(20).fill(2), ...new Array<number>(80).fill(0)]));
    const rank = entropyRank(await spectralDensity(flat, { probes: 40, steps: 10 }));
    expect(Math.abs(rank - 20)).toBeLessThan(2);
  });
});
