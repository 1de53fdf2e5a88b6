import { UserError } from '#core/graph';
import { niceStep } from '../contours';
import { finiteExtent } from '../surface';

/** How values become heights: as they are, or their decimal logarithm (flat valleys become visible). */
export type HeightScale = 'linear' | 'log';

/** Values turned into heights for drawing. */
export interface Heights {
  readonly scale: HeightScale;
  /** One height a grid point, `NaN` where the surface has a hole. */
  readonly heights: Float64Array;
  /** Lowest and highest height; equal only when the surface is flat. */
  readonly low: number;
  readonly high: number;
  /** Distance between contour lines, in heights: 1, 2 or 5 times a power of ten. */
  readonly step: number;
}

/** What a logarithm cannot show (zero and below) is drawn at the lowest positive value, at most this far below the highest. */
const LOG_RANGE = 1e-12;

/**
 * Heights of `values` under `scale`, holes kept; `undefined` when no value is finite. Throws a `UserError` when a logarithm
 * is asked for and no value is positive.
 *
 * @param together values of all pictures that share one scale; lowest and highest height are theirs
 */
export function toHeights(values: Float64Array, scale: HeightScale, together: readonly Float64Array[] = [values]): Heights | undefined {
  const extents = together.flatMap((list) => [finiteExtent(list) ?? []].flat());
  if (finiteExtent(values) === undefined || extents.length === 0) return undefined;
  const [lowest, highest] = [Math.min(...extents), Math.max(...extents)];
  const height = heightFunction(together, scale, highest);
  const heights = values.map((value) => (Number.isFinite(value) ? height(value) : NaN));
  const [low, high] = [height(lowest), height(highest)];
  return { scale, heights, low, high, step: niceStep(high - low, 14) };
}

function heightFunction(together: readonly Float64Array[], scale: HeightScale, highest: number): (value: number) => number {
  if (scale === 'linear') return (value) => value;
  if (highest <= 0) {
    throw new UserError('landscape.log', 'no value is positive, so there is no logarithm to draw', { hint: 'Choose the linear height.' });
  }
  let floor = highest;
  for (const values of together) for (const value of values) if (value > 0 && value < floor) floor = value;
  floor = Math.max(floor, highest * LOG_RANGE);
  return (value) => Math.log10(Math.max(value, floor));
}

/** Position of a height between lowest and highest, 0..1. */
export const unitHeight = ({ low, high }: Pick<Heights, 'low' | 'high'>, height: number): number =>
  high > low ? (height - low) / (high - low) : 0;

/** A number for a label: short, without noise digits, with a true minus sign. */
export function formatNumber(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : value < 0 ? '−inf' : 'nan';
  const size = Math.abs(value);
  const text =
    value === 0 || (size >= 1e-4 && size < 1e6)
      ? String(Number(value.toPrecision(digits)))
      : value.toExponential(digits - 1).replace(/\.?0+e/, 'e').replace('e+', 'e');
  return text.replace(/-/g, '−');
}
