/** How high a quantity rises on the way between two weights. */
export interface Barrier {
  /**
   * Largest rise above the straight line between the values at both ends, `max_t L(t) - ((1 - t) L(0) + t L(1))` (Entezari, Sedghi, Saukh,
   * Neyshabur 2022, definition 2.2); 0 where the ends are the highest.
   */
  readonly aboveLine: number;
  /** Where that is. */
  readonly at: number;
  /** Largest value less the mean of both ends, `max_t E(t) - (E(0) + E(1)) / 2` (Frankle, Dziugaite, Roy, Carbin 2020, section 3). */
  readonly aboveMean: number;
  readonly highest: number;
  /** Mean over the path, by the trapezoidal rule in t. */
  readonly mean: number;
}

/** Share of a value that the line between two of them may be off by in float64: its three roundings. */
const ROUNDING = 4 * Number.EPSILON;

/** @param values at the places `t`, which go from 0 to 1; where a value is not finite the barrier is infinite */
export function barrier(t: Float64Array, values: Float64Array): Barrier {
  const [first, last] = [values[0]!, values.at(-1)!];
  let [aboveLine, at, highest, mean] = [0, 0, -Infinity, 0];
  values.forEach((value, i) => {
    const rise = value - ((1 - t[i]!) * first + t[i]! * last);
    // A value on the line lies a few units in the last place above it as often as below: that is no barrier.
    if (rise > aboveLine && rise > ROUNDING * Math.max(Math.abs(first), Math.abs(last))) [aboveLine, at] = [rise, t[i]!];
    highest = Math.max(highest, value);
    if (i > 0) mean += ((value + values[i - 1]!) / 2) * (t[i]! - t[i - 1]!);
  });
  return { aboveLine, at, aboveMean: highest - (first + last) / 2, highest, mean };
}
