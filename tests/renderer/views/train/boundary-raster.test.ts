import { describe, expect, it } from 'vitest';
import { classRaster, extent, parseColor, predictedClasses, valueRaster, type Rgb } from '../../../../renderer/views/train/boundary-raster';
import type { Boundary } from '#host-client';

// Two columns, three rows; the first row is the lowest.
const boundary: Boundary = {
  names: ['x', 'y'], x: Float64Array.of(0, 1), y: Float64Array.of(0, 1, 2), classes: ['a', 'b'], points: [],
  values: Float32Array.of(1, 0.5, 0, 1, 0.25, 0.75, 0, 0.5, 1, 0, 0.75, 0.25),
};
const red: Rgb = [255, 0, 0];
const blue: Rgb = [0, 0, 255];
const white: Rgb = [255, 255, 255];
const pixel = (pixels: Uint8ClampedArray, column: number, row: number) => [...pixels.subarray((row * 2 + column) * 4, (row * 2 + column) * 4 + 4)];

describe('the decision boundary', () => {
  it('gives each place the class of the largest probability', () => {
    const { label, confidence } = predictedClasses(boundary, 2);
    expect([...label]).toEqual([0, 0, 1, 0, 1, 0]);
    expect([...confidence]).toEqual([1, 0.5, 1, 1, 0.75, 0.75]);
  });

  it('begins a picture with the highest row', () => {
    const pixels = classRaster(boundary, [red, blue], white, 1);
    // A sure place has its class's own colour: (0, 0), the lowest left.
    expect(pixel(pixels, 0, 2)).toEqual([...red, 255]);
    expect(pixel(pixels, 0, 1)).toEqual([...blue, 255]);
  });

  it('pales towards the surface where the network is unsure', () => {
    const pixels = classRaster(boundary, [red, blue], white, 1);
    const [, unsure = 0] = pixel(pixels, 1, 2);
    const [, sure = 0] = pixel(pixels, 0, 2);
    expect(unsure).toBeGreaterThan(sure);
  });

  it('spans the colour map from the lowest value to the highest', () => {
    const regression = { ...boundary, classes: null, values: Float32Array.of(-2, 0, 2, 0, 0, 0) };
    const pixels = valueRaster(regression, (share) => [share * 255, 0, 0]);
    expect(pixel(pixels, 0, 2)[0]).toBe(0);
    expect(pixel(pixels, 0, 1)[0]).toBe(255);
    expect(pixel(pixels, 1, 2)[0]).toBe(128);
  });
});

it('extent leaves out what is not finite by comparison', () => {
  expect(extent([3, Number.NaN, -1])).toEqual([-1, 3]);
});

it('colours are read in both of their forms', () => {
  expect(parseColor('#440154')).toEqual([68, 1, 84]);
  expect(parseColor('rgb(10, 107, 124)')).toEqual([10, 107, 124]);
});
