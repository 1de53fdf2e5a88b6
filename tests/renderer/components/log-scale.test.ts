import { describe, expect, it } from 'vitest';
import { nextValue, sliderScale } from '../../../renderer/components/log-scale';
import type { NumberShape } from '../../../renderer/components/schema/shape';

const rate: NumberShape = { kind: 'number', integer: false, scale: 'log', minimum: 0, openMinimum: true, maximum: 1000 };
const decay: NumberShape = { kind: 'number', integer: false, scale: 'log', minimum: 0, maximum: 10 };
const share: NumberShape = { kind: 'number', integer: false, scale: 'linear', minimum: 0, maximum: 0.95 };

describe('a slider', () => {
  it.each([
    ['logarithmic, around its default', rate, 0.001, [1e-6, 1e-3, 0.1]],
    ['logarithmic, with a place for 0', decay, 0.0005, [0, 5e-4, 0.01]],
    ['linear', share, 0, [0, 0.1, 0.5, 0.95]],
  ] as const)('%s gives back the values it is set to', (_, shape, fallback, values) => {
    const scale = sliderScale(shape, fallback);
    for (const value of values) expect(scale?.toValue(scale.toPosition(value))).toBeCloseTo(value, 10);
  });

  it('moves evenly in decades', () => {
    const scale = sliderScale(rate, 0.001);
    const [a, b, c] = [1e-5, 1e-4, 1e-3].map((value) => scale?.toPosition(value) ?? Number.NaN);
    expect((c ?? 0) - (b ?? 0)).toBeCloseTo((b ?? 0) - (a ?? 0), 12);
  });

  it('is monotone', () => {
    for (const shape of [rate, decay, share]) {
      const scale = sliderScale(shape, 0.01);
      const values = Array.from({ length: 50 }, (_, i) => scale?.toValue(i / 49) ?? 0);
      expect(values).toEqual(values.toSorted((x, y) => x - y));
    }
  });

  it('is not offered for an open range', () => {
    expect(sliderScale({ kind: 'number', integer: true, scale: 'linear', minimum: 1 }, 10)).toBeUndefined();
    expect(sliderScale({ kind: 'number', integer: true, scale: 'linear', minimum: 1, maximum: 65_536 }, 10)).toBeUndefined();
  });
});

describe('the arrow keys', () => {
  it('walk 1, 2, 5, 10 on a logarithmic scale', () => {
    const up = [0.01, 0.02, 0.05, 0.1, 0.003].map((value) => nextValue(rate, value, 1));
    expect(up).toEqual([0.02, 0.05, 0.1, 0.2, 0.005]);
    expect([0.1, 0.02, 0.003].map((value) => nextValue(rate, value, -1))).toEqual([0.05, 0.01, 0.002]);
  });

  it('count whole numbers', () => {
    expect(nextValue({ kind: 'number', integer: true, scale: 'linear' }, 7, 1)).toBe(8);
  });

  it('leave no dust of binary fractions', () => {
    expect(nextValue(share, 0.1, 1)).toBe(0.11);
  });
});
