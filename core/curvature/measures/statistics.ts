import { meanWithError } from '../algebra/statistics';
import { mapped, type MeasureKind, type MeasureValue } from './measure';

/** The mean of independent numbers with its 95 % interval (Student). */
export function meanWithInterval(samples: ArrayLike<number>, kind: MeasureKind, factor = 1): MeasureValue {
  const { value, half } = meanWithError(samples);
  return mapped({ value, kind, interval: [value - half, value + half] }, (number) => factor * number);
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
