import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { axisCoordinates, bisectionLevels, coarseToFine, valueAt } from '#core/landscape';

describe('grid', () => {
  it('axes hit both ends, and the middle of a symmetric odd axis is exactly zero', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-3, max: 1e3, noNaN: true }), fc.integer({ min: 1, max: 120 }), (half, k) => {
        const axis = axisCoordinates({ from: -half, to: half, count: 2 * k + 1 });
        expect([axis[0], axis[k], axis[2 * k]]).toEqual([-half, 0, half]);
      }),
    );
  });

  it('levels are nested bisections: every index once, gaps at most halve', () => {
    for (const count of [1, 2, 3, 4, 25, 50, 51, 257]) {
      const levels = bisectionLevels(count);
      expect(levels.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
      const known = new Set<number>();
      let widest = Infinity;
      for (const level of levels) {
        level.forEach((index) => known.add(index));
        const sorted = [...known].sort((a, b) => a - b);
        const gap = Math.max(...sorted.slice(1).map((index, i) => index - sorted[i]!), 1);
        expect(gap).toBeLessThanOrEqual(Math.ceil(widest / 2));
        widest = gap;
      }
    }
  });

  it('coarse to fine visits every point once, the centre first, the corners early', () => {
    const order = coarseToFine({ x: { from: -1, to: 1, count: 25 }, y: { from: -1, to: 1, count: 25 } });
    expect(order[0]).toBe(12 * 25 + 12);
    expect(Array.from(order).sort((a, b) => a - b)).toEqual(Array.from({ length: 625 }, (_, i) => i));
    for (const corner of [0, 24, 600, 624]) expect(Array.from(order.subarray(0, 9))).toContain(corner);
  });

  it('valueAt is exact for bilinear functions, NaN outside', () => {
    const x = axisCoordinates({ from: -1, to: 2, count: 7 });
    const y = axisCoordinates({ from: 0, to: 1, count: 4 });
    const f = (a: number, b: number): number => 1 + 2 * a - b + 3 * a * b;
    const values = Float64Array.from({ length: 28 }, (_, i) => f(x[i % 7]!, y[Math.floor(i / 7)]!));
    for (const [a, b] of [[-1, 0], [2, 1], [0.3, 0.77], [1.99, 0.01]] as const) expect(valueAt({ x, y }, values, a, b)).toBeCloseTo(f(a, b), 12);
    expect(valueAt({ x, y }, values, 2.1, 0.5)).toBeNaN();
  });
});
