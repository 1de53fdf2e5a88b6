import { describe, expect, it } from 'vitest';
import { contourLevels, contourStyle, inkOn, isolines, niceStep } from '#core/landscape/contours';

describe('contour lines', () => {
  it('follow a tilted plane exactly and end at the data, not along the frame', () => {
    const heights = Float64Array.from({ length: 6 * 5 }, (_, i) => (i % 6) + 0.5 * Math.floor(i / 6));
    const [line, ...others] = isolines(heights, 6, 5, [2.25]);
    expect(others).toEqual([]);
    const points = line!.points;
    for (let i = 0; i < points.length; i += 2) expect(points[i]! + 0.5 * points[i + 1]!).toBeCloseTo(2.25, 12);
    const ys = Array.from(points).filter((_, i) => i % 2 === 1);
    expect([Math.min(...ys), Math.max(...ys)]).toEqual([0, 4]);
  });

  it('a closed line stays one line, and a hole cuts without a rim', () => {
    const n = 21;
    const bowl = Float64Array.from({ length: n * n }, (_, i) => Math.hypot((i % n) - 10, Math.floor(i / n) - 10));
    const [circle, ...others] = isolines(bowl, n, n, [6.3]);
    expect(others).toEqual([]);
    expect([circle!.points[0], circle!.points[1]]).toEqual([circle!.points.at(-2), circle!.points.at(-1)]);
    const holed = bowl.map((height, i) => (i % n > 10 ? NaN : height));
    for (const { points } of isolines(holed, n, n, [6.3])) {
      for (let i = 0; i < points.length; i += 2) expect(Math.hypot(points[i]! - 10, points[i + 1]! - 10)).toBeCloseTo(6.3, 1);
    }
  });

  it('lie on multiples of the step, strictly inside', () => {
    expect(contourLevels({ low: 0, high: 1, step: 0.25 })).toEqual([0.25, 0.5, 0.75]);
  });

  it('of a cone are circles, cut where the data end', () => {
    const n = 41;
    const cone = Float32Array.from({ length: n * n }, (_, i) => Math.hypot((i % n) - 20, Math.floor(i / n) - 20));
    for (const { level, points } of isolines(cone, n, n, [5, 12, 24])) {
      for (let i = 0; i < points.length; i += 2) expect(Math.hypot(points[i]! - 20, points[i + 1]! - 20)).toBeCloseTo(level, 1);
    }
  });

  it('every fifth stands out, counted from zero; on light ground they are dark', () => {
    const levels = { low: -0.35, high: 1, step: 0.1 };
    const wide = contourLevels(levels).filter((level) => contourStyle(levels, level).width > 1);
    expect(wide).toEqual([0, 0.5].map((level) => expect.closeTo(level, 12) as number));
    expect([contourStyle(levels, 0.1).color, contourStyle(levels, 0.9).color]).toEqual(['#fff', '#000']);
    // Flat ground has the lowest colour.
    expect(inkOn({ low: 2, high: 2 }, 2)).toBe('#fff');
  });
});

describe('the distance of contour lines', () => {
  it('steps are 1, 2 or 5 times a power of ten, never more lines than asked for', () => {
    for (const span of [1e-9, 0.03, 0.7, 1, 9.99, 12345]) {
      const step = niceStep(span, 14);
      expect([1, 2, 5, 10]).toContain(Math.round(step / 10 ** Math.floor(Math.log10(step * 1.000001))));
      expect(contourLevels({ low: 0, high: span, step }).length).toBeLessThanOrEqual(14);
    }
  });
});
