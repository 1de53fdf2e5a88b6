import { UserError } from '#core/graph';
import { tridiagonalEigen } from '../algebra/symmetric';
import { norm, scale, signVector } from '../algebra/vectors';
import type { LinearOperator } from '../operators/operator';
import { lanczosStep, type LanczosBasis } from './lanczos';
import { estimateFrom, studentQuantile, type Estimate } from './result';

export interface DensityOptions {
  /** Random vectors. Default 8. */
  readonly probes?: number;
  /** Lanczos steps of each. Default 64. */
  readonly steps?: number;
  /** Points of the smoothed density. Default 401. */
  readonly points?: number;
  /** Width of the Gaussian that smooths, as a share of the spectrum's extent. Default 0.01. */
  readonly width?: number;
  readonly seed?: number;
  readonly signal?: AbortSignal;
  readonly onProbe?: (done: number, all: number) => void;
}

/** The spectrum as a distribution: what share of the eigenvalues lies where. */
export interface SpectralDensity {
  readonly operator: string;
  readonly dimension: number;
  readonly algorithm: 'stochastic Lanczos quadrature';
  /** Quadrature of all probes: places, and weights that sum to one. */
  readonly nodes: Float64Array;
  readonly weights: Float64Array;
  /** Smoothed density: places, values, and the interval of the values over probes, about 95 % place by place. */
  readonly grid: Float64Array;
  readonly density: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly sigma: number;
  /** From the same quadrature. */
  readonly trace: Estimate;
  readonly largest: number;
  readonly smallest: number;
  readonly probes: number;
  readonly steps: number;
  readonly products: number;
  readonly seed: number;
}

/**
 * The weight of one eigenvalue in a random vector is a squared normal number, far more skewed than Student's interval allows for.
 * With this factor 8 to 32 vectors cover the true density at 95 to 97 % of the places (measured over seeds).
 */
const SKEWNESS = 1.35;

interface Quadrature {
  readonly nodes: Float64Array;
  readonly weights: Float64Array;
}

/** Gauss quadrature of the spectral measure of one unit vector, by Lanczos (Golub and Welsch 1969). */
async function quadratureOf(operator: LinearOperator, seed: number, probe: number, steps: number, signal: AbortSignal | undefined): Promise<Quadrature & { products: number }> {
  const first = signVector(operator, seed, 'curvature.density', probe);
  scale(first, 1 / norm(first));
  const basis: LanczosBasis = { vectors: [first], diagonal: [], offDiagonal: [] };
  for (let k = 0; k < steps; k++) {
    const scaleSoFar = basis.offDiagonal.reduce((size, beta, i) => Math.max(size, beta, Math.abs(basis.diagonal[i]!)), 0);
    const { next } = await lanczosStep(operator, basis, basis.vectors, { signal, scale: scaleSoFar });
    if (next === undefined || k === steps - 1) break;
    basis.vectors.push(next);
  }
  const { values, vectors } = tridiagonalEigen(basis.diagonal, basis.offDiagonal);
  return { nodes: values, weights: values.map((_, k) => vectors[k]! ** 2), products: basis.diagonal.length };
}

/**
 * Stochastic Lanczos quadrature (Ubaru, Chen, Saad 2017; for networks Ghorbani, Krishnan, Xiao 2019): `1/n sum_i f(lambda_i)` is the
 * mean of `v' f(A) v` over random unit vectors, and each of those is a sum over the Ritz values of `v`. Smoothed with a Gaussian;
 * the interval is Student's over the probes, widened for their skewness.
 */
export async function spectralDensity(operator: LinearOperator, options: DensityOptions = {}): Promise<SpectralDensity> {
  const { probes = 8, steps = 64, points = 401, width = 0.01, seed = 0, signal } = options;
  if (probes < 2) throw new UserError('curvature.density', 'a density needs at least two random vectors for its interval');
  const most = Math.min(steps, operator.dimension);
  const parts: (Quadrature & { products: number })[] = [];
  for (let probe = 0; probe < probes; probe++) {
    parts.push(await quadratureOf(operator, seed, probe, most, signal));
    options.onProbe?.(probe + 1, probes);
  }
  const ends = parts.flatMap(({ nodes }) => [nodes[0]!, nodes.at(-1)!]);
  const [smallest, largest] = [Math.min(...ends), Math.max(...ends)];
  const extent = largest - smallest || Math.abs(largest) || 1;
  const sigma = width * extent;
  const [from, to] = [smallest - 4 * sigma, largest + 4 * sigma];
  const grid = Float64Array.from({ length: points }, (_, i) => from + ((to - from) * i) / (points - 1));
  const curves = parts.map((part) => smooth(part, grid, sigma));
  const density = new Float64Array(points);
  const lower = new Float64Array(points);
  const upper = new Float64Array(points);
  for (let i = 0; i < points; i++) {
    const values = curves.map((curve) => curve[i]!);
    const mean = values.reduce((sum, v) => sum + v, 0) / probes;
    const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (probes - 1);
    const half = SKEWNESS * studentQuantile(probes - 1) * Math.sqrt(variance / probes);
    density[i] = mean;
    lower[i] = Math.max(0, mean - half);
    upper[i] = mean + half;
  }
  const products = parts.reduce((sum, part) => sum + part.products, 0);
  const traces = parts.map(({ nodes, weights }) => operator.dimension * nodes.reduce((sum, node, k) => sum + node * weights[k]!, 0));
  return {
    operator: operator.name,
    dimension: operator.dimension,
    algorithm: 'stochastic Lanczos quadrature',
    nodes: Float64Array.from(parts.flatMap(({ nodes }) => [...nodes])),
    weights: Float64Array.from(parts.flatMap(({ weights }) => [...weights].map((weight) => weight / probes))),
    grid,
    density,
    lower,
    upper,
    sigma,
    trace: estimateFrom(traces, { operator: operator.name, algorithm: 'stochastic Lanczos quadrature', products, seed }),
    largest,
    smallest,
    probes,
    steps: most,
    products,
    seed,
  };
}

/** `sum_k weight_k N(x; node_k, sigma^2)` on the grid. */
function smooth({ nodes, weights }: Quadrature, grid: Float64Array, sigma: number): Float64Array {
  const factor = 1 / (sigma * Math.sqrt(2 * Math.PI));
  return grid.map((x) => nodes.reduce((sum, node, k) => sum + weights[k]! * factor * Math.exp(-0.5 * ((x - node) / sigma) ** 2), 0));
}

/**
 * Effective rank `exp(H)` with `H` the entropy of the normalized sizes of the eigenvalues (Roy and Vetterli 2007), from the
 * quadrature: `n sum_k w_k |t_k|` stands for the sum of sizes.
 */
export function entropyRank({ dimension, nodes, weights }: Pick<SpectralDensity, 'dimension' | 'nodes' | 'weights'>): number {
  const total = dimension * nodes.reduce((sum, node, k) => sum + weights[k]! * Math.abs(node), 0);
  let entropy = 0;
  nodes.forEach((node, k) => {
    const share = Math.abs(node) / total;
    if (share > 0) entropy -= dimension * weights[k]! * share * Math.log(share);
  });
  return Math.exp(entropy);
}
