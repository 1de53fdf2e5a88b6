import type { HeightField } from './heights';

/** Vertical exaggeration of the relief, and how much it darkens and lightens; flat ground keeps the exact colour of the scale. As in exported maps. */
const STEEPNESS = 1.4;
const SHADING = 0.3;
const LENGTH = Math.hypot(0.5, 0.62, 1.15);
const LIGHT = [-0.5 / LENGTH, 0.62 / LENGTH, 1.15 / LENGTH] as const;

/**
 * A height field from above as RGBA bytes `[height, width, 4]`, the largest y in the first row: bilinear between the points, with soft relief shading, light
 * from the upper left. Holes are transparent.
 */
export function mapPixels({ heights, columns, rows, low, high }: Pick<HeightField, 'heights' | 'columns' | 'rows' | 'low' | 'high'>, table: Uint8Array, width: number, height: number): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(width * height * 4);
  const span = high > low ? high - low : 1;
  const slopeScale = (STEEPNESS * Math.max(columns, rows)) / 2 / span;
  for (let r = 0; r < height; r++) {
    const y = height === 1 ? 0 : ((height - 1 - r) * (rows - 1)) / (height - 1);
    const row = Math.min(Math.floor(y), rows - 2);
    const v = y - row;
    for (let c = 0; c < width; c++) {
      const x = width === 1 ? 0 : (c * (columns - 1)) / (width - 1);
      const column = Math.min(Math.floor(x), columns - 2);
      const u = x - column;
      const at = row * columns + column;
      const a = heights[at]!;
      const b = heights[at + 1]!;
      const d = heights[at + columns]!;
      const e = heights[at + columns + 1]!;
      const value = (a * (1 - u) + b * u) * (1 - v) + (d * (1 - u) + e * u) * v;
      if (Number.isNaN(value)) continue;
      const dx = ((b - a) * (1 - v) + (e - d) * v) * slopeScale;
      const dy = ((d - a) * (1 - u) + (e - b) * u) * slopeScale;
      const light = (LIGHT[2] - dx * LIGHT[0] - dy * LIGHT[1]) / Math.sqrt(1 + dx * dx + dy * dy);
      const shade = 1 + SHADING * (light - LIGHT[2]);
      const entry = 4 * Math.round(255 * Math.min(Math.max((value - low) / span, 0), 1));
      const to = 4 * (r * width + c);
      pixels[to] = table[entry]! * shade;
      pixels[to + 1] = table[entry + 1]! * shade;
      pixels[to + 2] = table[entry + 2]! * shade;
      pixels[to + 3] = 255;
    }
  }
  return pixels;
}
