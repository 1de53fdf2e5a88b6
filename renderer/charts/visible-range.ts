/** A curve as far as a range is concerned. */
export interface RangedCurve {
  values: ArrayLike<number | null | undefined>;
  /** many noisy points: a few of them may lie outside */
  faint: boolean;
}

/** Of a faint curve's points, this share at either end may be cut off. */
const cut = 0.01;

/**
 * The lowest and highest value to show between two indices. All points of the clear curves are in it; of the faint ones
 * all but the outermost, so that one spike at the start does not press everything else flat.
 *
 * @returns `null` where nothing is measured
 */
export function visibleRange(curves: readonly RangedCurve[], from: number, to: number): [number, number] | null {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const { values, faint } of curves) {
    const shown: number[] = [];
    for (let i = Math.max(0, from); i <= Math.min(to, values.length - 1); i++) {
      const value = values[i];
      if (value != null && Number.isFinite(value)) shown.push(value);
    }
    if (shown.length === 0) continue;
    shown.sort((a, b) => a - b);
    const skipped = faint ? Math.floor(shown.length * cut) : 0;
    low = Math.min(low, shown[skipped] ?? low);
    high = Math.max(high, shown[shown.length - 1 - skipped] ?? high);
  }
  return low <= high ? [low, high] : null;
}
