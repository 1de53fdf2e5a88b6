import type { LinearOperator } from '../operators/operator';
import { lanczos, type LanczosOptions } from './lanczos';
import type { EigenResult, Eigenvalue } from './result';
import { frobeniusNorm, traceAlgorithms, type TraceAlgorithm, type TraceOptions } from './trace';

/** `tr(A)^2 / |A|_F^2`: how many equal eigenvalues a positive semidefinite matrix's would be worth. */
export interface ParticipationRatio {
  readonly value: number;
  /** From the intervals of trace and norm, taken together at their worst. */
  readonly interval: readonly [number, number];
  readonly products: number;
}

/** The participation ratio of the spectrum, from estimates of trace and Frobenius norm. */
export async function participationRatio(operator: LinearOperator, options: TraceOptions & { readonly algorithm?: TraceAlgorithm } = {}): Promise<ParticipationRatio> {
  const trace = await traceAlgorithms[options.algorithm ?? 'hutchinson'](operator, options);
  const norm = await frobeniusNorm(operator, options);
  const sizes = trace.interval.map(Math.abs);
  const least = trace.interval[0] < 0 && trace.interval[1] > 0 ? 0 : Math.min(...sizes);
  return {
    value: trace.value ** 2 / norm.value ** 2,
    interval: [least ** 2 / norm.interval[1] ** 2, Math.max(...sizes) ** 2 / norm.interval[0] ** 2],
    products: trace.products + norm.products,
  };
}

/** Largest by smallest eigenvalue of a positive definite matrix; otherwise why there is none. */
export interface Condition {
  /** `undefined` where the smallest eigenvalue cannot be told from zero, or is negative. */
  readonly value?: number;
  readonly interval?: readonly [number, number];
  readonly reason?: string;
}

export interface ConditionNumber extends Condition {
  readonly ends: EigenResult;
}

/** The condition number in the 2-norm, from both ends of a spectrum as they were found. */
export function conditionOf(top: Eigenvalue, bottom: Eigenvalue): Condition {
  const say = (value: number): string => String(Number(value.toPrecision(4)));
  if (bottom.interval[1] < 0) return { reason: `the matrix is indefinite: its smallest eigenvalue is ${say(bottom.value)}` };
  if (!top.converged || !bottom.converged) return { reason: `the eigenvalues did not converge (residuals ${say(top.residual)} and ${say(bottom.residual)})` };
  if (bottom.interval[0] <= 0) return { reason: `the smallest eigenvalue ${say(bottom.value)} cannot be told from zero (residual ${say(bottom.residual)})` };
  return { value: top.value / bottom.value, interval: [top.interval[0] / bottom.interval[1], top.interval[1] / bottom.interval[0]] };
}

/** The condition number in the 2-norm, from both ends of the spectrum by Lanczos. */
export async function conditionNumber(operator: LinearOperator, options: Omit<LanczosOptions, 'largest' | 'smallest'> = {}): Promise<ConditionNumber> {
  const ends = await lanczos(operator, { ...options, largest: 1, smallest: 1 });
  return { ...conditionOf(ends.largest[0]!, ends.smallest[0]!), ends };
}
