import { describe, expect, it } from 'vitest';
import { visibleRange } from '../../../renderer/charts/visible-range';

const noisy = Array.from({ length: 1000 }, (_, i) => (i === 0 ? 80 : 1 + (i % 10) / 10));

describe('the range of a chart', () => {
  it('does not follow a spike of a faint curve', () => {
    expect(visibleRange([{ values: noisy, faint: true }], 0, 999)).toEqual([1, 1.9]);
  });

  it('holds every point of a clear curve', () => {
    expect(visibleRange([{ values: noisy, faint: false }], 0, 999)).toEqual([1, 80]);
    expect(visibleRange([{ values: noisy, faint: true }, { values: [null, 0.5, undefined, 3], faint: false }], 0, 999)).toEqual([0.5, 3]);
  });

  it('is of what is in sight', () => {
    expect(visibleRange([{ values: [9, 1, 2, 9], faint: false }], 1, 2)).toEqual([1, 2]);
  });

  it('is none where nothing is measured', () => {
    expect(visibleRange([{ values: [null, Number.NaN], faint: false }], 0, 1)).toBeNull();
    expect(visibleRange([], 0, 10)).toBeNull();
  });
});
