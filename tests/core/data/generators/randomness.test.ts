import { describe, expect, it } from 'vitest';
import { describeGenerators, generate } from '../../../../core/data';
import type { Source } from '../../../../core/data';
import { columnsOf, counts, deviation, mean } from './columns';

const uses = describeGenerators().map(({ use }) => use);

/** All that a source holds, as bytes and names. */
async function contents(source: Source): Promise<unknown> {
  if (source.kind === 'table') return source.columns;
  if (source.kind === 'text') return source.documents;
  if (source.kind === 'sequences') return [source.values, source.target, source.next];
  return [source.target, await source.pixels(Array.from({ length: source.count }, (_, i) => i), source.size)];
}

describe.each(uses)('%s', (use) => {
  it('draws the same bits for the same seed, and others for another', async () => {
    const [first, again, other] = await Promise.all([0, 0, 1].map((seed) => generate({ use, count: 300, seed })));
    expect(await contents(again!)).toEqual(await contents(first!));
    expect(again!.fingerprint).toBe(first!.fingerprint);
    expect(first!.fingerprint).toMatch(/^[0-9a-f]{64}$/);
    expect(other!.fingerprint).not.toBe(first!.fingerprint);
  });
});

describe('noise has the standard deviation asked for, and no more', () => {
  // The noise has a stream of its own: the same seed without noise is the clean twin of each point.
  it.each(['spirals', 'moons', 'xor', 'checkerboard', 'gaussian-mixtures'])('%s', async (use) => {
    const sigma = 0.3;
    const clean = await columnsOf({ use, count: 20_000, noise: 0, seed: 5 });
    const noisy = await columnsOf({ use, count: 20_000, noise: sigma, seed: 5 });
    expect(noisy.classes).toEqual(clean.classes);
    const differences = clean.features.map((values, d) => values.map((value, i) => noisy.features[d]![i]! - value));
    for (const each of differences) {
      // Standard errors at 20,000 draws: 0.7 % of the mean's unit, 0.5 % of the deviation; five of them.
      expect(Math.abs(deviation(each) / sigma - 1)).toBeLessThan(0.025);
      expect(Math.abs(mean(each)) / sigma).toBeLessThan(0.036);
    }
    const [dx, dy] = differences;
    expect(Math.abs(mean(dx!.map((value, i) => value * dy![i]!))) / sigma ** 2).toBeLessThan(0.036);
  });

  it.each([{ use: 'sinusoid' }, { use: 'teacher-network', task: 'regression' }])('$use', async (specification) => {
    const clean = await columnsOf({ ...specification, count: 20_000, noise: 0 });
    const noisy = await columnsOf({ ...specification, count: 20_000, noise: 0.3 });
    expect(noisy.features).toEqual(clean.features);
    expect(Math.abs(deviation(noisy.target.map((value, i) => value - clean.target[i]!)) / 0.3 - 1)).toBeLessThan(0.025);
  });
});

describe('label noise', () => {
  it('replaces the share asked for, by every other class alike', async () => {
    const clean = await columnsOf({ use: 'spirals', arms: 4, count: 20_000 });
    const noisy = await columnsOf({ use: 'spirals', arms: 4, count: 20_000, labelNoise: 0.3 });
    expect(noisy.features).toEqual(clean.features);
    const pairs = counts(clean.classes.flatMap((name, i) => (noisy.classes[i] === name ? [] : [`${name} to ${noisy.classes[i]}`])));
    expect(pairs.size).toBe(12);
    // 500 expected in each, five standard deviations.
    for (const size of pairs.values()) expect(Math.abs(size - 500)).toBeLessThan(112);
  });

  it('of everything leaves no label right', async () => {
    const clean = await columnsOf({ use: 'moons' });
    const noisy = await columnsOf({ use: 'moons', labelNoise: 1 });
    expect(noisy.classes.filter((name, i) => name === clean.classes[i])).toEqual([]);
  });
});

it('a table that would not fit in memory is refused at once', async () => {
  await expect(generate({ use: 'gaussian-mixtures', count: 1_000_000, dimensions: 1000 })).rejects.toThrow(/more than 134217728 numbers/);
});
