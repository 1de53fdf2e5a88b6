import { expect, it } from 'vitest';
import { shareWithInterval } from '../../../../core/curvature/measures/statistics';

it('the interval of a share is Wilson\'s: of no example or all it has a width, and it holds about as often as it says', () => {
  const z2 = 1.96 ** 2;
  expect(shareWithInterval(0, 241)).toMatchObject({ value: 0, interval: [0, expect.closeTo(z2 / (241 + z2), 12) as number] });
  expect(shareWithInterval(241, 241)).toMatchObject({ value: 1, interval: [expect.closeTo(241 / (241 + z2), 12) as number, 1] });
  // Its ends are the shares p at which |k / n - p| is 1.96 standard errors of p.
  const { value, interval } = shareWithInterval(10, 100);
  for (const p of interval!) expect(Math.abs(value - p) / Math.sqrt((p * (1 - p)) / 100)).toBeCloseTo(1.96, 9);
  const n = 100;
  for (const p of [0.01, 0.05, 0.3]) {
    let [held, probability] = [0, (1 - p) ** n];
    for (let k = 0; k <= n; k++) {
      const [low, high] = shareWithInterval(k, n).interval!;
      if (low <= p && p <= high) held += probability;
      probability *= ((n - k) / (k + 1)) * (p / (1 - p));
    }
    expect(held).toBeGreaterThan(0.92);
  }
});
