import { describe, expect, it } from 'vitest';
import { decimate } from '../../../renderer/charts/decimate';

const n = 100_000;
const x = Float64Array.from({ length: n }, (_, i) => i);

describe('a thinned curve', () => {
  it('keeps every spike, its first and its last point', () => {
    const y = Float64Array.from({ length: n }, () => 1);
    y[41_234] = 50;
    y[77_777] = -3;
    const [xs, ys] = decimate(x, y, 1000);
    expect(xs.length).toBeLessThanOrEqual(1002);
    expect(Math.max(...ys)).toBe(50);
    expect(Math.min(...ys)).toBe(-3);
    expect([xs[0], xs.at(-1)]).toEqual([0, n - 1]);
  });

  it('goes forward only', () => {
    const y = Float64Array.from({ length: n }, (_, i) => Math.sin(i / 50) * Math.exp(-i / 30_000));
    const [xs] = decimate(x, y, 700);
    expect(xs.every((value, i) => i === 0 || value > (xs[i - 1] ?? 0))).toBe(true);
  });

  it('is the curve itself where it has few points, without what was not measured', () => {
    expect(decimate([1, 2, 3, 4], [5, Number.NaN, 7, 8], 100)).toEqual([[1, 3, 4], [5, 7, 8]]);
    expect(decimate([], [], 100)).toEqual([[], []]);
  });
});
