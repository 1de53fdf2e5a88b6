import { UserError } from '#core/graph';
import { symmetricEigenvalues } from '../algebra/symmetric';
import { norm } from '../algebra/vectors';
import { writeOut } from '../operators/matrix';
import type { LinearOperator } from '../operators/operator';
import { densityGrid, entropyRank, smooth, type SpectralDensity } from './density';
import { type Eigenvalue, eigenvalueWithin, type Estimate, gapsBetween } from './result';

/** Every eigenvalue of an operator. */
export interface WholeSpectrum {
  readonly operator: string;
  readonly dimension: number;
  readonly algorithm: 'whole matrix';
  /** Ascending. */
  readonly values: Float64Array;
  /** How far rounding moves each of them at most, as estimated from the products. */
  readonly rounding: number;
  /** Products of the operator with one vector. */
  readonly products: number;
}

export interface WholeOptions {
  readonly signal?: AbortSignal;
  /** Told what is done, in words. */
  readonly onProgress?: (text: string) => void;
}

/** Half a unit in the last place of 1. */
const PRECISION = { float32: 2 ** -24, float64: 2 ** -53 } as const;

/**
 * All eigenvalues of a small operator: the matrix is written out by its products with the unit vectors, and solved densely in float64.
 * An error `E` of the matrix moves no eigenvalue by more than `|E|_2` (Weyl 1912). What is known of `E` is that part which is not
 * symmetric, and that its symmetric part, which does not show, is made by the same rounding: `rounding` is the Frobenius norm of the first and, for
 * the second, one rounding in each of the matrix's entries, and of the solver `n` of them.
 *
 * @throws UserError where the matrix is too large or not finite
 */
export async function wholeSpectrum(operator: LinearOperator, { signal, onProgress }: WholeOptions = {}): Promise<WholeSpectrum> {
  const n = operator.dimension;
  const aborting = signal && { signal };
  const { matrix, asymmetry } = await writeOut(operator, { ...aborting, onColumns: (done) => onProgress?.(`column ${done} of ${n}`) });
  const size = norm(matrix);
  if (!Number.isFinite(size)) throw new UserError('curvature.not-finite', `a product with the ${operator.name} is not finite`, { hint: 'The weights or the loss hold NaN or infinity.' });
  const values = await symmetricEigenvalues(matrix, n, { ...aborting, onProgress: (share) => onProgress?.(`eigenvalues, ${Math.floor(100 * share)} %`) });
  const rounding = asymmetry + PRECISION[operator.precision] * size + PRECISION.float64 * n * size;
  return { operator: operator.name, dimension: n, algorithm: 'whole matrix', values, rounding, products: n };
}

/** So many of the largest and smallest of all eigenvalues. */
export function endsOf({ values, rounding }: WholeSpectrum, { largest, smallest, tolerance }: { readonly largest: number; readonly smallest: number; readonly tolerance: number }): { readonly largest: Eigenvalue[]; readonly smallest: Eigenvalue[] } {
  const n = values.length;
  const size = Math.max(Math.abs(values[0]!), Math.abs(values[n - 1]!));
  const gaps = gapsBetween(values, new Float64Array(n).fill(rounding));
  const at = (k: number): Eigenvalue => eigenvalueWithin(values[k]!, rounding, tolerance, size, gaps[k]);
  return {
    largest: Array.from({ length: Math.min(largest, n) }, (_, i) => at(n - 1 - i)),
    smallest: Array.from({ length: Math.min(smallest, n) }, (_, i) => at(i)),
  };
}

/** What random vectors would estimate, from all eigenvalues: intervals are of rounding alone. */
export function figuresOfSpectrum(spectrum: WholeSpectrum, seed: number) {
  const { operator, dimension, algorithm, values, rounding, products } = spectrum;
  const exactly = (value: number, error: number): Estimate => ({ operator, algorithm, value, standardError: 0, interval: [value - error, value + error], samples: 1, products, seed });
  const trace = values.reduce((sum, value) => sum + value, 0);
  const frobenius = norm(values);
  return {
    trace: exactly(trace, Math.sqrt(dimension) * rounding),
    frobeniusNorm: exactly(frobenius, rounding),
    participationRatio: trace ** 2 / frobenius ** 2,
    entropyRank: entropyRank({ dimension, nodes: values, weights: new Float64Array(dimension).fill(1 / dimension) }),
  };
}

/** The smoothed density of all eigenvalues, with nothing left to chance: its interval has no width. */
export function densityOfSpectrum(spectrum: WholeSpectrum, seed: number, { points = 401, width = 0.01 } = {}): SpectralDensity {
  const { operator, dimension, algorithm, values, products } = spectrum;
  const weights = new Float64Array(dimension).fill(1 / dimension);
  const [smallest, largest] = [values[0]!, values[dimension - 1]!];
  const { grid, sigma } = densityGrid(smallest, largest, points, width);
  const density = smooth({ nodes: values, weights }, grid, sigma);
  const { trace } = figuresOfSpectrum(spectrum, seed);
  return { operator, dimension, algorithm, nodes: values, weights, grid, density, lower: density, upper: density, sigma, trace, largest, smallest, probes: dimension, steps: 1, products, seed };
}
