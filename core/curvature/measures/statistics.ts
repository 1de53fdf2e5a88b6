import { studentQuantile } from '../algorithms/result';
import type { MeasureKind, MeasureValue } from './measure';
import { mean } from './network-at';

/** The mean of independent numbers with its 95 % interval (Student). */
export function meanWithInterval(samples: ArrayLike<number>, kind: MeasureKind, factor = 1): MeasureValue {
  const n = samples.length;
  const middle = mean(samples);
  let squares = 0;
  for (let i = 0; i < n; i++) squares += (samples[i]! - middle) ** 2;
  const half = n > 1 ? studentQuantile(n - 1) * Math.sqrt(squares / (n - 1) / n) : Infinity;
  return { value: factor * middle, kind, interval: factor >= 0 ? [factor * (middle - half), factor * (middle + half)] : [factor * (middle + half), factor * (middle - half)] };
}

/**
 * The `k`-th smallest of `n` numbers with `k = max(1, floor(share n))`, and the interval that covers the true quantile with about 95 %,
 * by the binomial law of the order statistics (normal approximation).
 */
export function quantileWithInterval(values: ArrayLike<number>, share: number): MeasureValue {
  const sorted = Float64Array.from(values).sort();
  const n = sorted.length;
  const half = 1.96 * Math.sqrt(n * share * (1 - share));
  const at = (k: number): number => sorted[Math.min(n, Math.max(1, k)) - 1]!;
  return { value: at(Math.floor(share * n)), kind: 'examples', interval: [at(Math.floor(share * n - half)), at(Math.ceil(share * n + half) + 1)] };
}
