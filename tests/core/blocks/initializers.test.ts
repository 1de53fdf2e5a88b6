import { Philox } from '#core/graph';
import { describe, expect, it } from 'vitest';
import { built } from './evaluate';

const parameter = { shape: [300, 200], kind: 'weight' as const, fanIn: 200, fanOut: 300 };
const draw = (specification: unknown, seed = 0): Float32Array => built('initializers', specification)(parameter, new Philox(seed, 'w'), (name) => new Philox(seed, name));

describe('initializers', () => {
  it.each([
    ['he', 2 / 200], ['lecun', 1 / 200], ['glorot', 2 / 500],
  ])('%s has the variance of its paper in both distributions', (use, variance) => {
    for (const distribution of ['normal', 'uniform']) {
      const values = draw({ use, distribution });
      const mean = values.reduce((a, b) => a + b, 0) / values.length;
      const seen = values.reduce((sum, value) => sum + value * value, 0) / values.length;
      // 60,000 draws: the standard error is 0.6 % of a normal's variance, 0.37 % of a uniform's; five of them.
      expect(Math.abs(seen / variance - 1)).toBeLessThan(0.03);
      expect(Math.abs(mean)).toBeLessThan(5 * Math.sqrt(variance / values.length));
      if (distribution === 'uniform') expect(Math.max(...values.subarray(0, 1000))).toBeLessThanOrEqual(Math.sqrt(3 * variance) * (1 + 1e-6));
    }
  });

  it('he can keep the gradients going back instead', () => {
    const values = draw({ use: 'he', fan: 'out' });
    expect(values.reduce((sum, value) => sum + value * value, 0) / values.length / (2 / 300)).toBeCloseTo(1, 1);
  });

  it.each([[[8, 20]], [[20, 8]], [[6, 2, 3, 3]]])('orthogonal of shape %j: rows or columns are orthonormal times the gain', (shape) => {
    const out = shape[0]!;
    const rest = shape.slice(1).reduce((a, b) => a * b, 1);
    const values = built('initializers', { use: 'orthogonal', gain: 2 })({ shape, kind: 'weight', fanIn: rest, fanOut: out }, new Philox(1, 'w'), (name) => new Philox(1, name));
    const wide = out <= rest;
    const [count, length] = wide ? [out, rest] : [rest, out];
    const at = (i: number, k: number): number => (wide ? values[i * rest + k]! : values[k * rest + i]!);
    for (let i = 0; i < count; i++) {
      for (let j = 0; j < count; j++) {
        let dot = 0;
        for (let k = 0; k < length; k++) dot += at(i, k) * at(j, k);
        expect(dot).toBeCloseTo(i === j ? 4 : 0, 5);
      }
    }
  });

  it('is a function of the seed', () => {
    expect(draw('he', 3)).toEqual(draw('he', 3));
    expect(draw('he', 3)).not.toEqual(draw('he', 4));
  });
});
