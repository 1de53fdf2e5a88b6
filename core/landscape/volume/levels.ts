/** Shares of the points that the default levels have below them: bodies with radii about as 2 : 3 : 5. */
const SHARES = [0.02, 0.1, 0.3];
/** Values that are looked at for the default levels. */
const MOST_VALUES = 100_000;

/**
 * Levels for nested iso-surfaces when none are asked for: those below which 2, 10 and 30 % of the points with a finite value lie; where the
 * centre lies above the median (accuracy) those above which they lie. Rounded to two digits (three or four
 * where two would not leave them apart and inside the range of the values). Fewer than three, or none, where the values do not differ enough.
 */
export function defaultLevels(values: Float32Array | Float64Array, centre: number): number[] {
  const stride = Math.max(1, Math.ceil(values.length / MOST_VALUES));
  const sorted = Float64Array.from(values.filter((value, i) => i % stride === 0 && Number.isFinite(value))).sort();
  if (sorted.length === 0) return [];
  const [low, high] = [sorted[0]!, sorted.at(-1)!];
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))]!;
  const shares = centre > at(0.5) ? SHARES.map((share) => 1 - share).reverse() : SHARES;
  const exact = [...new Set(shares.map(at))].filter((level) => level > low && level < high);
  const apart = (levels: readonly number[]): boolean => levels.every((level, i) => level > low && level < high && (i === 0 || level > levels[i - 1]!));
  return [2, 3, 4].map((digits) => exact.map((level) => Number(level.toPrecision(digits)))).find(apart) ?? exact;
}
