import type { Vector } from '../operators/operator';

/** Where an eigenvalue lies for certain (up to rounding): some eigenvalue is within the residual of the estimate. */
export interface EigenPair {
  readonly value: number;
  /** `|A v - value v|` for the unit vector `v`. */
  readonly residual: number;
  /** `[value - residual, value + residual]` holds an eigenvalue. */
  readonly interval: readonly [number, number];
  /** Whether the residual is below the tolerance that was asked for. */
  readonly converged: boolean;
  readonly vector: Vector;
}

/** Some eigenvalues of an operator. */
export interface EigenResult {
  readonly operator: string;
  readonly dimension: number;
  readonly algorithm: string;
  /** Descending for the largest, ascending for the smallest. */
  readonly largest: readonly EigenPair[];
  readonly smallest: readonly EigenPair[];
  readonly iterations: number;
  /** Products of the operator with one vector. */
  readonly products: number;
  /** Whether every pair that was asked for is below the tolerance. */
  readonly converged: boolean;
  readonly tolerance: number;
  readonly seed: number;
}

/** A number that was estimated from random vectors. */
export interface Estimate {
  readonly operator: string;
  readonly algorithm: string;
  readonly value: number;
  readonly standardError: number;
  /** 95 %: value plus and minus Student's quantile times the standard error. */
  readonly interval: readonly [number, number];
  readonly samples: number;
  readonly products: number;
  readonly seed: number;
}

export function eigenPair(value: number, residual: number, tolerance: number, scale: number, vector: Vector): EigenPair {
  return { value, residual, interval: [value - residual, value + residual], converged: residual <= tolerance * scale, vector };
}

/** 97.5 % quantile of Student's distribution with `freedom` degrees (Hill 1970, from the normal quantile). */
export function studentQuantile(freedom: number): number {
  if (freedom < 1) return Infinity;
  const small = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228];
  if (freedom <= small.length) return small[freedom - 1]!;
  const z = 1.959964;
  return z + (z ** 3 + z) / (4 * freedom) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * freedom ** 2);
}

/** Mean and its interval from independent samples. */
export function estimateFrom(samples: readonly number[], of: Omit<Estimate, 'value' | 'standardError' | 'interval' | 'samples'>): Estimate {
  const n = samples.length;
  const value = samples.reduce((sum, sample) => sum + sample, 0) / n;
  const variance = samples.reduce((sum, sample) => sum + (sample - value) ** 2, 0) / Math.max(1, n - 1);
  const standardError = n > 1 ? Math.sqrt(variance / n) : Infinity;
  const half = n > 1 ? studentQuantile(n - 1) * standardError : Infinity;
  return { ...of, value, standardError, interval: [value - half, value + half], samples: n };
}
