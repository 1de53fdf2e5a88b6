import { meanWithError } from '../algebra/statistics';
import { mapped, type MeasureKind, type MeasureValue } from './measure';

/** The mean of independent numbers with its 95 % interval (Student). */
export function meanWithInterval(samples: ArrayLike<number>, kind: MeasureKind, factor = 1): MeasureValue {
  const { value, half } = meanWithError(samples);
  return mapped({ value, kind, interval: [value - half, value + half] }, (number) => factor * number);
}

/**
 * A share of `n` independent examples with its 95 % score interval (Wilson, 1927): unlike that of Student it holds near 0 and 1, where all examples agree
 * and yet say only so much.
 */
export function shareWithInterval(count: number, n: number): MeasureValue {
  const [share, z] = [count / n, 1.96];
  const middle = (share + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z / (1 + (z * z) / n)) * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n));
  // At the ends the two parts are equal, and rounding must not put the end outside.
  return { value: share, kind: 'examples', interval: [count === 0 ? 0 : middle - half, count === n ? 1 : middle + half] };
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
