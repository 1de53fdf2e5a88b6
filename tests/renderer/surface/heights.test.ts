import { logTicks, ticks } from '#host-client';
import { describe, expect, it } from 'vitest';
import { fillUnknown, heightAt, heightField } from '../../../renderer/surface/heights';
import { formatNumber } from '../../../renderer/surface/number';

describe('height field', () => {
  it('linear: the values; a ceiling cuts them flat; holes are NaN', () => {
    const field = heightField(Float64Array.of(1, 2, 9, Infinity, 4, 3), 3, 2, 'linear', 5)!;
    expect(Array.from(field.heights)).toEqual([1, 2, 5, NaN, 4, 3]);
    expect([field.low, field.high]).toEqual([1, 5]);
  });

  it('log: decimal logarithms; zero and below lie at the lowest positive value', () => {
    const field = heightField(Float64Array.of(0.01, 100, 0, -3), 2, 2, 'log', null)!;
    expect(Array.from(field.heights)).toEqual([-2, 2, -2, -2]);
    expect(heightField(Float64Array.of(0, -1), 2, 1, 'log', null)).toBeUndefined();
    expect(heightField(Float64Array.of(NaN, Infinity), 2, 1, 'linear', null)).toBeUndefined();
  });

  it('a coarse level shows the bilinear surface through it', () => {
    const f = (x: number, y: number): number => 1 + 2 * x - 3 * y + 0.5 * x * y;
    const grid = new Float32Array(9 * 7).fill(NaN);
    for (const row of [0, 3, 6]) for (const column of [0, 4, 8]) grid[row * 9 + column] = f(column, row);
    fillUnknown(grid, 9, 7, 1);
    grid.forEach((value, i) => expect(value).toBeCloseTo(f(i % 9, Math.floor(i / 9)), 4));
  });

  it('nothing is filled past the last known point or beside an infinite one', () => {
    const line = Float32Array.of(1, NaN, 3, NaN, Infinity, NaN, 5, NaN);
    fillUnknown(line, 8, 1, 1);
    expect(Array.from(line)).toEqual([1, 2, 3, NaN, Infinity, NaN, 5, NaN]);
  });

  it('known marks what was computed, infinite values included', () => {
    const { known } = heightField(Float64Array.of(1, NaN, Infinity, 2), 4, 1, 'linear', null)!;
    expect(Array.from(known)).toEqual([1, 0, 1, 1]);
  });

  it('heightAt is bilinear, NaN outside and beside a hole', () => {
    const field = { columns: 3, rows: 2, heights: Float32Array.of(0, 1, 2, 10, 11, NaN) };
    expect(heightAt(field, 0.5, 0.25)).toBeCloseTo(3, 6);
    expect(heightAt(field, 1.5, 0.5)).toBeNaN();
    expect(heightAt(field, 2.1, 0)).toBeNaN();
  });
});

describe('ticks', () => {
  it('are round and inside', () => {
    expect(ticks(-1, 1, 5)).toEqual([-1, -0.5, 0, 0.5, 1]);
    expect(logTicks(-3, 1)).toEqual([0.001, 0.01, 0.1, 1, 10].map((value) => expect.closeTo(value, 12) as number));
    expect(logTicks(0, 1)).toEqual([1, 2, 5, 10].map((value) => expect.closeTo(value, 12) as number));
  });

  it('numbers are short, with a true minus', () => {
    expect([0.1 + 0.2, -1234.5678, 1.5e-7, Infinity].map((value) => formatNumber(value))).toEqual(['0.3', '−1235', '1.5e−7', '∞']);
  });
});
