import { colorTable, type ColorMapName, sampleColor } from './colors';
import { type Heights, unitHeight } from './height';

/**
 * Heights at a finer grid by Catmull-Rom interpolation (it passes through every computed value). A fine point is a hole
 * when one of the four grid points around it is.
 */
export function refine(heights: Float64Array, columns: number, rows: number, fineColumns: number, fineRows: number): Float64Array {
  const fine = new Float64Array(fineColumns * fineRows);
  const across = weights(columns, fineColumns);
  const down = weights(rows, fineRows);
  const at = (row: number, column: number): number =>
    row < 0 || column < 0 || row >= rows || column >= columns ? NaN : heights[row * columns + column]!;
  for (let r = 0; r < fineRows; r++) {
    const { base: row, w: wr } = down[r]!;
    for (let c = 0; c < fineColumns; c++) {
      const { base, w } = across[c]!;
      const along = (i: number): number => cubic(at(i, base - 1), at(i, base), at(i, base + 1), at(i, base + 2), w);
      fine[r * fineColumns + c] = cubic(along(row - 1), along(row), along(row + 1), along(row + 2), wr);
    }
  }
  return fine;
}

/** Interpolates between `b` and `c`; an outer value that is missing continues the straight line. */
function cubic(a: number, b: number, c: number, d: number, w: readonly number[]): number {
  const before = Number.isFinite(a) ? a : 2 * b - c;
  const after = Number.isFinite(d) ? d : 2 * c - b;
  return before * w[0]! + b * w[1]! + c * w[2]! + after * w[3]!;
}

function weights(count: number, fine: number): { base: number; w: readonly number[] }[] {
  return Array.from({ length: fine }, (_, i) => {
    const position = fine === 1 ? 0 : (i * (count - 1)) / (fine - 1);
    const base = Math.min(Math.floor(position), Math.max(count - 2, 0));
    const t = position - base;
    const w = [(-t + 2 * t * t - t ** 3) / 2, (2 - 5 * t * t + 3 * t ** 3) / 2, (t + 4 * t * t - 3 * t ** 3) / 2, (t ** 3 - t * t) / 2];
    return { base, w };
  });
}

/** Vertical exaggeration of the relief; how much it darkens and lightens (flat ground keeps the exact colour of the scale). */
const STEEPNESS = 1.4;
const SHADING = 0.3;
const LIGHT = normalize([-0.5, 0.62, 1.15]);

/**
 * A colour-mapped height field with soft relief shading, light from the upper left, as RGBA bytes `[rows, columns, 4]`
 * with the first image row at the top (largest y). Holes are transparent.
 */
export function shadedMap(fine: Float64Array, columns: number, rows: number, heights: Heights, map: ColorMapName): Uint8Array {
  const table = colorTable(map);
  const pixels = new Uint8Array(columns * rows * 4);
  const color: [number, number, number] = [0, 0, 0];
  const unit = (r: number, c: number): number =>
    unitHeight(heights, fine[Math.min(Math.max(r, 0), rows - 1) * columns + Math.min(Math.max(c, 0), columns - 1)]!);
  const perUnit = STEEPNESS * (Math.max(columns, rows) / 2);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      const here = unit(r, c);
      if (!Number.isFinite(here)) continue;
      const dx = slope(unit(r, c - 1), here, unit(r, c + 1)) * perUnit;
      const dy = slope(unit(r - 1, c), here, unit(r + 1, c)) * perUnit;
      const [nx, ny, nz] = normalize([-dx, -dy, 1]);
      const light = nx * LIGHT[0] + ny * LIGHT[1] + nz * LIGHT[2];
      const shade = 1 + SHADING * (light - LIGHT[2]);
      sampleColor(table, here, color);
      const at = ((rows - 1 - r) * columns + c) * 4;
      for (let k = 0; k < 3; k++) pixels[at + k] = Math.min(255, Math.round(color[k]! * shade));
      pixels[at + 3] = 255;
    }
  }
  return pixels;
}

function slope(before: number, here: number, after: number): number {
  if (Number.isFinite(before) && Number.isFinite(after)) return (after - before) / 2;
  if (Number.isFinite(after)) return after - here;
  return Number.isFinite(before) ? here - before : 0;
}

function normalize([x, y, z]: readonly [number, number, number]): [number, number, number] {
  const length = Math.hypot(x, y, z);
  return [x / length, y / length, z / length];
}
