import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { contourLevels, isolines } from '#core/landscape/contours';
import { ContourSearch, finderIn } from '../../../renderer/surface/contour-search';
import { heightField } from '../../../renderer/surface/heights';

const n = 61;
const bowl = (shift = 0, side = n) => heightField(Float64Array.from({ length: side * side }, (_, i) => ((i % side) - 10) ** 2 + (Math.floor(i / side) - 10 + shift) ** 2), side, side, 'linear', null)!;

describe('contour lines that are searched for between other tasks', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('are those that are found at once', () => {
    const told = vi.fn();
    const search = new ContourSearch(told);
    const field = bowl();
    search.want(field);
    expect(search.lines).toEqual([]);
    vi.runAllTimers();
    expect(told).toHaveBeenCalledTimes(1);
    expect(search.of).toBe(field);
    expect(search.lines).toEqual(isolines(field.heights, n, n, contourLevels(field)));
  });

  it('stay until those of newer heights are complete', () => {
    const search = new ContourSearch(() => undefined);
    const [first, second] = [bowl(), bowl(3)];
    search.want(first);
    vi.advanceTimersToNextTimer();
    search.want(second);
    while (search.of === undefined) vi.advanceTimersToNextTimer();
    expect(search.of).toBe(first);
    vi.runAllTimers();
    expect(search.of).toBe(second);
  });

  it('are whole at once where a picture is saved, and no late timer brings older ones', () => {
    const search = new ContourSearch(() => undefined);
    const [first, second] = [bowl(), bowl(3)];
    search.want(first);
    vi.advanceTimersToNextTimer();
    search.want(second);
    search.finish();
    expect(search.of).toBe(second);
    vi.runAllTimers();
    expect(search.of).toBe(second);
  });

  it('of few points are there with them, whatever was searched for before', () => {
    const told = vi.fn();
    const search = new ContourSearch(told);
    search.want(bowl());
    vi.advanceTimersToNextTimer();
    for (const shift of [0, 4]) {
      const field = bowl(shift, 25);
      search.want(field);
      expect(search.lines).toEqual(isolines(field.heights, 25, 25, contourLevels(field)));
    }
    vi.runAllTimers();
    expect(search.of!.columns).toBe(25);
    expect(told).not.toHaveBeenCalled();
  });

  it('lie where they belong on a grid that is finer than lines are drawn', () => {
    const [columns, rows] = [400, 301];
    const heights = Float32Array.from({ length: columns * rows }, (_, i) => 2 * (i % columns) - Math.floor(i / columns));
    const [line] = finderIn({ heights, columns, rows })(100.5);
    for (let i = 0; i < line!.points.length; i += 2) expect(2 * line!.points[i]! - line!.points[i + 1]!).toBeCloseTo(100.5, 1);
  });
});
