import { describe, expect, it } from 'vitest';
import { formatAgo, formatBytes, formatCount, formatDuration, formatNumber, formatTicks, parseNumber } from '../../../renderer/components/number-format';

describe('numbers', () => {
  it.each([
    [0, '0'],
    [0.1 + 0.2, '0.3'],
    [0.97058823, '0.9706'],
    [-2.5, '−2.5'],
    [123456.789, '123500'],
    [53940, '53940'],
    [0.00001234, '1.234e-5'],
    [1.5e9, '1.5e9'],
    [Number.NaN, 'NaN'],
    [Number.NEGATIVE_INFINITY, '−∞'],
  ])('%f is written %s', (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });

  it('are read back from what people type', () => {
    expect(['1e-3', ' 0.5 ', '0,5', '−2', '12'].map(parseNumber)).toEqual([0.001, 0.5, 0.5, -2, 12]);
    expect(['', 'abc', '1,000.5', 'Infinity'].map(parseNumber)).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('of an axis are told apart', () => {
    expect(formatTicks([0.009996, 0.009997, 0.009998])).toEqual(['0.009996', '0.009997', '0.009998']);
    expect(formatTicks([0, 0.5, null, 1])).toEqual(['0', '0.5', '', '1']);
    expect(formatTicks([1e-5, 2e-5])).toEqual(['1e-5', '2e-5']);
  });

  it('of things stand in thousands', () => {
    expect(formatCount(1234567)).toBe('1\u202f234\u202f567');
    expect(formatCount(999)).toBe('999');
  });

  it('of bytes take the unit that fits', () => {
    expect([0, 999, 13_478, 52e6, 3.2e9].map(formatBytes)).toEqual(['0 B', '999 B', '13.5 KB', '52 MB', '3.2 GB']);
  });

  it('of seconds become the words people use', () => {
    expect([0, 0.0013, 0.42, 38.4, 250, 7500, Number.POSITIVE_INFINITY].map(formatDuration)).toEqual(['0 s', '1.3 ms', '0.42 s', '38 s', '4 min 10 s', '2 h 5 min', '–']);
  });

  it('say how long ago something was', () => {
    const now = Date.UTC(2026, 0, 20, 12);
    const minute = 60_000;
    expect([0, 5, 130, 1500, 3000].map((minutes) => formatAgo(now - minutes * minute, now))).toEqual(['just now', '5 min ago', '2 h ago', 'yesterday', '2 days ago']);
  });
});
