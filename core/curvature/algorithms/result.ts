import { meanWithError } from '../algebra/statistics';
import type { Vector } from '../operators/operator';

/** Where an eigenvalue lies for certain (up to rounding): some eigenvalue is within the residual of the estimate. */
export interface Eigenvalue {
  readonly value: number;
  /** `|A v - value v|` for the unit vector `v`, the products' rounding included where it was measured. */
  readonly residual: number;
  /** `[value - residual, value + residual]` holds an eigenvalue. */
  readonly interval: readonly [number, number];
  /** Whether the residual is below the tolerance that was asked for. */
  readonly converged: boolean;
  /** Distance to the nearest other eigenvalue that was found, less that one's residual; absent where no other is known. */
  readonly gap?: number;
  /**
   * Bound on the sine of the angle between the vector and its eigenvector, `residual / gap` (Davis and Kahan 1970), at most 1. A value
   * may have converged while its direction has not: where others lie near it.
   */
  readonly angle?: number;
}

/** An eigenvalue with its unit vector. */
export interface EigenPair extends Eigenvalue {
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
  /** How far the products miss the recurrence that residuals follow from, measured: no residual is known better than this. */
  readonly floor?: number;
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

/** @param gap infinite where no other eigenvalue is known */
export function eigenvalueWithin(value: number, residual: number, tolerance: number, scale: number, gap = Infinity): Eigenvalue {
  const direction = Number.isFinite(gap) ? { gap, angle: gap > residual ? residual / gap : 1 } : {};
  return { value, residual, interval: [value - residual, value + residual], converged: residual <= tolerance * scale, ...direction };
}

/** @param gap infinite where no other eigenvalue is known */
export const eigenPair = (value: number, residual: number, tolerance: number, scale: number, vector: Vector, gap = Infinity): EigenPair => ({ ...eigenvalueWithin(value, residual, tolerance, scale, gap), vector });

/** For each of some values with residuals, the distance to the nearest other one, less that one's residual; at least 0. */
export const gapsBetween = (values: ArrayLike<number>, residuals: ArrayLike<number>): number[] =>
  Array.from(values, (value, k) => {
    let gap = Infinity;
    for (let j = 0; j < values.length; j++) if (j !== k) gap = Math.min(gap, Math.max(0, Math.abs(values[j]! - value) - residuals[j]!));
    return gap;
  });

/** Mean and its interval from independent samples. */
export function estimateFrom(samples: readonly number[], of: Omit<Estimate, 'value' | 'standardError' | 'interval' | 'samples'>): Estimate {
  const { value, standardError, half } = meanWithError(samples);
  return { ...of, value, standardError, interval: [value - half, value + half], samples: samples.length };
}
