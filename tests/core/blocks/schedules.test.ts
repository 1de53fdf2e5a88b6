import { describe, expect, it } from 'vitest';
import { listBlocks } from '#core/blocks';
import { built } from './evaluate';

const steps = 200;
const factors = (specification: unknown): number[] => {
  const schedule = built('schedules', specification, { steps });
  return Array.from({ length: steps }, (_, step) => schedule(step));
};

describe('schedules', () => {
  it.each(listBlocks('schedules').map((block) => block.use))('%s stays in (0, 1] and gives the same factor for the same step', (use) => {
    const first = factors({ use, warmup: 0.1 });
    expect(first).toEqual(factors({ use, warmup: 0.1 }));
    for (const factor of first) {
      expect(factor).toBeGreaterThan(0);
      expect(factor).toBeLessThanOrEqual(1);
    }
  });

  it('warm-up rises in equal parts and is over after its steps, given as a share or a number', () => {
    for (const warmup of [0.05, 10]) {
      const list = factors({ use: 'constant', warmup });
      for (let step = 0; step < 10; step++) expect(list[step]).toBeCloseTo((step + 1) / 11, 12);
      expect(list.slice(10).every((factor) => factor === 1)).toBe(true);
    }
  });

  it('cosine is half a cosine from 1 to its end', () => {
    factors('cosine').forEach((factor, step) => expect(factor).toBeCloseTo(Math.cos((Math.PI * step) / (2 * steps)) ** 2, 12));
    const list = factors({ use: 'cosine', warmup: 20, end: 0.1 });
    expect(list[20]).toBe(1);
    expect(list[110]).toBeCloseTo(0.55, 12);
  });

  it('step drops at its shares of the whole training', () => {
    const list = factors({ use: 'step', at: [0.5, 0.75], factor: 0.1 });
    expect([list[99], list[100], list[149], list[150]].map((factor) => Number(factor!.toPrecision(12)))).toEqual([1, 0.1, 0.1, 0.01]);
  });

  it('one cycle starts at 1/25, peaks at 1 after the rise and ends at 1/25 of 1/10000', () => {
    const list = factors('one-cycle');
    expect(list[0]).toBeCloseTo(1 / 25, 12);
    expect(Math.max(...list)).toBe(list[60]);
    expect(list[60]).toBe(1);
    expect(list[30]).toBeCloseTo((1 + 1 / 25) / 2, 12);
    expect(list.at(-1)).toBeCloseTo(1 / 25 / 1e4, 12);
  });
});
