/** The arithmetic mean. */
export function mean(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i]!;
  return total / values.length;
}

/** Mean of independent samples, its standard error, and half the width of its 95 % interval (Student); both are infinite of one sample. */
export function meanWithError(samples: ArrayLike<number>): { readonly value: number; readonly standardError: number; readonly half: number } {
  const n = samples.length;
  const value = mean(samples);
  if (n < 2) return { value, standardError: Infinity, half: Infinity };
  let squares = 0;
  for (let i = 0; i < n; i++) squares += (samples[i]! - value) ** 2;
  const standardError = Math.sqrt(squares / (n - 1) / n);
  return { value, standardError, half: studentQuantile(n - 1) * standardError };
}

/** 97.5 % quantile of Student's distribution with `freedom` degrees (Hill 1970, from the normal quantile). */
export function studentQuantile(freedom: number): number {
  if (freedom < 1) return Infinity;
  const small = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228];
  if (freedom <= small.length) return small[freedom - 1]!;
  const z = 1.959964;
  return z + (z ** 3 + z) / (4 * freedom) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * freedom ** 2);
}
