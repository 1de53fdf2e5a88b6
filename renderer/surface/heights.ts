import { fillBetween, niceStep } from '#host-client';
import type { HeightScale } from './data';

/** Values turned into heights, ready to draw. */
export interface HeightField {
  readonly columns: number;
  readonly rows: number;
  readonly scale: HeightScale;
  /** One height a grid point; points not computed yet are interpolated; NaN is a hole. */
  readonly heights: Float32Array;
  /** 1 where the value was computed. */
  readonly known: Uint8Array;
  /** Points without a height. */
  readonly holes: number;
  readonly low: number;
  readonly high: number;
  /** Distance of contour lines in heights. */
  readonly step: number;
  /** Height of a value, for marks on the surface. */
  height(value: number): number;
}

/** The logarithm's reach below the highest value; what it cannot show (zero and below) lies at its lowest. */
const LOG_RANGE = 1e-12;

/**
 * `undefined` while nothing finite is known (or, for a logarithm, nothing positive).
 *
 * @param extent lowest and highest value of a scale that other pictures share; for a logarithm the lowest is a positive one
 */
export function heightField(values: Float64Array, columns: number, rows: number, scale: HeightScale, ceiling: number | null, extent: readonly [number, number] | null = null): HeightField | undefined {
  let lowest = Infinity;
  let highest = -Infinity;
  let positive = Infinity;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < lowest) lowest = value;
    if (value > highest) highest = value;
    if (value > 0 && value < positive) positive = value;
  }
  if (lowest > highest) return undefined;
  if (extent !== null) {
    [lowest, highest] = extent;
    if (lowest > 0) positive = Math.min(positive, lowest);
  }
  if (ceiling !== null) highest = Math.max(lowest, Math.min(highest, ceiling));
  if (scale === 'log' && !(highest > 0)) return undefined;
  const floor = Math.max(Math.min(positive, highest), highest * LOG_RANGE);
  const height = scale === 'linear' ? (value: number) => Math.min(value, highest) : (value: number) => Math.log10(Math.min(Math.max(value, floor), highest));
  const heights = new Float32Array(values.length);
  const known = new Uint8Array(values.length);
  let finite = 0;
  let unknown = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    // Infinity stays: a hole must not be filled from its neighbours.
    if (Number.isFinite(value)) {
      heights[i] = height(value);
      known[i] = 1;
      finite++;
    } else if (Number.isNaN(value)) {
      heights[i] = NaN;
      unknown++;
    } else {
      heights[i] = value;
      known[i] = 1;
    }
  }
  if (unknown > 0) fillBetween(heights, columns, rows);
  let holes = 0;
  if (finite < values.length) {
    for (let i = 0; i < heights.length; i++) {
      if (Number.isFinite(heights[i]!)) continue;
      heights[i] = NaN;
      holes++;
    }
  }
  const low = height(lowest);
  const high = height(highest);
  return { columns, rows, scale, heights, known, holes, low, high, step: niceStep(high - low, 14), height };
}

/** Where the lowest finite value is; -1 where there is none. */
export function lowestIndex(values: Float64Array): number {
  let lowest = -1;
  for (let i = 0; i < values.length; i++) if (Number.isFinite(values[i]!) && (lowest < 0 || values[i]! < values[lowest]!)) lowest = i;
  return lowest;
}

/**
 * Fills points of a volume that are not computed yet (NaN) from computed ones: straight lines within rows, then within columns, then
 * through the layers. The coarse levels of a growing volume are grids of their own, for which this is multilinear interpolation. Nothing is
 * extrapolated; beside an infinite value the gap stays.
 */
export function fillUnknown(heights: Float32Array, columns: number, rows: number, layers: number): void {
  const layer = columns * rows;
  for (let row = 0; row < rows * layers; row++) fillLine(heights, row * columns, 1, columns);
  for (let first = 0; first < heights.length; first += layer) {
    for (let column = 0; column < columns; column++) fillLine(heights, first + column, columns, rows);
  }
  for (let point = 0; point < layer; point++) fillLine(heights, point, layer, layers);
}

function fillLine(heights: Float32Array, start: number, stride: number, count: number): void {
  let before = -1;
  for (let i = 0; i < count; i++) {
    const value = heights[start + i * stride]!;
    if (Number.isNaN(value)) continue;
    const from = heights[start + before * stride]!;
    if (before >= 0 && i - before > 1 && Number.isFinite(value) && Number.isFinite(from)) {
      for (let k = before + 1; k < i; k++) heights[start + k * stride] = from + ((value - from) * (k - before)) / (i - before);
    }
    before = i;
  }
}

/** Bilinear height at grid coordinates (column, row); NaN outside or beside a hole. */
export function heightAt({ heights, columns, rows }: Pick<HeightField, 'heights' | 'columns' | 'rows'>, column: number, row: number): number {
  if (!(column >= 0 && row >= 0 && column <= columns - 1 && row <= rows - 1)) return NaN;
  const c = Math.min(Math.floor(column), columns - 2);
  const r = Math.min(Math.floor(row), rows - 2);
  const [u, v] = [column - c, row - r];
  const at = r * columns + c;
  return (heights[at]! * (1 - u) + heights[at + 1]! * u) * (1 - v) + (heights[at + columns]! * (1 - u) + heights[at + columns + 1]! * u) * v;
}
