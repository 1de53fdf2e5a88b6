import { describe, expect, it } from 'vitest';
import { colorTable } from '../../../renderer/surface/colors';
import { heightField } from '../../../renderer/surface/heights';
import { mapPixels } from '../../../renderer/surface/map-pixels';

const table = colorTable('viridis');
const colorAt = (t: number): number[] => [...table.subarray(4 * Math.round(255 * t), 4 * Math.round(255 * t) + 4)];
const pixel = (pixels: Uint8ClampedArray, width: number, column: number, row: number): number[] => [...pixels.subarray(4 * (row * width + column), 4 * (row * width + column) + 4)];

describe('a map from above', () => {
  it('shows flat ground in the exact colour of the scale, with the largest y on top', () => {
    // Two terraces: the lower half is 0, the upper one 1.
    const field = heightField(Float64Array.from({ length: 5 * 6 }, (_, i) => Number(i >= 15)), 5, 6, 'linear', null)!;
    const pixels = mapPixels(field, table, 50, 60);
    expect(pixel(pixels, 50, 25, 0)).toEqual(colorAt(1));
    expect(pixel(pixels, 50, 25, 59)).toEqual(colorAt(0));
  });

  it('leaves holes and all cells around them open, and nothing else', () => {
    const values = Float64Array.from({ length: 25 }, (_, i) => (i === 12 ? Infinity : 3));
    const pixels = mapPixels(heightField(values, 5, 5, 'linear', null)!, table, 41, 41);
    const open = [...pixels].filter((value, i) => i % 4 === 3 && value === 0).length;
    // The four cells around the middle are 20 of 40 pixels wide and high.
    expect(open).toBe(20 * 20);
    expect(pixel(pixels, 41, 20, 20)[3]).toBe(0);
    expect(pixel(pixels, 41, 2, 2)[3]).toBe(255);
  });

  it('lights slopes that face the upper left and shades those that face away', () => {
    const slope = (sign: number): Float64Array => Float64Array.from({ length: 81 }, (_, i) => sign * ((i % 9) - Math.floor(i / 9)));
    const brightness = (sign: number): number => {
      const grey = Uint8Array.from({ length: 1024 }, () => 128);
      return pixel(mapPixels(heightField(slope(sign), 9, 9, 'linear', null)!, grey, 9, 9), 9, 4, 4)[0]!;
    };
    expect(brightness(1)).toBeGreaterThan(128);
    expect(brightness(-1)).toBeLessThan(128);
  });
});
