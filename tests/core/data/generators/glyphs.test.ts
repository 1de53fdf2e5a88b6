import { describe, expect, it } from 'vitest';
import { generate } from '../../../../core/data';
import type { GeneratorSpecification, ImageSource } from '../../../../core/data';
import { counts, deviation, mean } from './columns';

async function drawn(parameters: Omit<GeneratorSpecification, 'use'>): Promise<{ source: ImageSource; pixels: Uint8Array; classes: string[] }> {
  const source = await generate({ use: 'glyphs', ...parameters });
  if (source.kind !== 'images' || source.target?.storage !== 'text') throw new Error('glyphs are pictures with classes');
  const { codes, dictionary } = source.target;
  const pixels = await source.pixels(Array.from({ length: source.count }, (_, i) => i), source.size);
  if (!(pixels instanceof Uint8Array)) throw new Error('glyphs are bytes');
  return { source, pixels, classes: Array.from(codes, (code) => dictionary[code]!) };
}

describe('glyphs', () => {
  it('are 28 x 28 grey pictures of ten classes, as many of each', async () => {
    const { source, pixels, classes } = await drawn({ count: 1000 });
    expect(source.size).toEqual({ width: 28, height: 28, channels: 1 });
    expect(pixels).toHaveLength(1000 * 28 * 28);
    expect([...counts(classes).values()]).toEqual(Array.from({ length: 10 }, () => 100));
    expect(source.sourceName(17)).toBe('glyphs[17]');
  });

  it('draws the undistorted circle as the smooth step of the distance from the ring', async () => {
    const side = 40;
    const { pixels, classes } = await drawn({ count: 20, size: side, noise: 0, distortion: 0 });
    const one = pixels.subarray(classes.indexOf('circle') * side * side);
    const step = (share: number): number => 3 * share ** 2 - 2 * share ** 3;
    for (let at = 0; at < side * side; at++) {
      const fromCentre = Math.hypot((at % side) + 0.5 - side / 2, Math.floor(at / side) + 0.5 - side / 2);
      const fromInk = Math.abs(fromCentre - 0.78 * 0.36 * side) - 0.042 * side;
      // The circle is drawn as 28 chords, which lie at most 0.08 pixels inside it.
      expect(Math.abs(one[at]! - 255 * step(Math.min(1, Math.max(0, 0.5 - fromInk / 2))))).toBeLessThan(16);
    }
    // The second of each class is the first again.
    expect(pixels.slice(10 * side * side)).toEqual(pixels.slice(0, 10 * side * side));
  });

  it('has pixel noise of the standard deviation asked for', async () => {
    const clean = await drawn({ count: 500, noise: 0 });
    const noisy = await drawn({ count: 500, noise: 0.05 });
    // Where the ink is half covered neither end cuts the noise off.
    const differences = [...clean.pixels.keys()].filter((at) => clean.pixels[at]! > 70 && clean.pixels[at]! < 185)
      .map((at) => noisy.pixels[at]! - clean.pixels[at]!);
    expect(differences.length).toBeGreaterThan(10_000);
    expect(Math.abs(mean(differences))).toBeLessThan(0.6);
    expect(Math.abs(deviation(differences) / (0.05 * 255) - 1)).toBeLessThan(0.03);
  });

  it('are told apart by the nearest class mean, but not by that alone', async () => {
    const plane = 28 * 28;
    const train = await drawn({ count: 4000, seed: 1 });
    const test = await drawn({ count: 1000, seed: 2 });
    const means = new Map<string, Float64Array>();
    train.classes.forEach((name, i) => {
      const sum = means.get(name) ?? new Float64Array(plane);
      for (let at = 0; at < plane; at++) sum[at]! += train.pixels[i * plane + at]! / 400;
      means.set(name, sum);
    });
    const right = test.classes.filter((name, i) => {
      const distance = (centre: Float64Array): number => centre.reduce((sum, value, at) => sum + (value - test.pixels[i * plane + at]!) ** 2, 0);
      const ranked = [...means].map(([other, centre]) => [distance(centre), other] as const).sort(([a], [b]) => a - b);
      return ranked[0]![1] === name;
    });
    expect(right.length / 1000).toBeGreaterThan(0.6);
    expect(right.length / 1000).toBeLessThan(0.85);
  });

  it('lie on the picture with all their ink', async () => {
    const { pixels } = await drawn({ count: 2000, noise: 0 });
    for (let i = 0; i < 2000; i++) {
      const picture = pixels.subarray(i * 784, (i + 1) * 784);
      expect(Math.max(...picture)).toBeGreaterThan(150);
      expect(picture.some((value, at) => value > 60 && (at % 28 === 0 || at % 28 === 27 || at < 28 || at >= 756))).toBe(false);
    }
  });

  it('come resized and in colour where asked', async () => {
    const { source } = await drawn({ count: 10, noise: 0, distortion: 0 });
    const wide = await source.pixels([3], { width: 14, height: 14, channels: 3 });
    const grey = await source.pixels([3], source.size);
    expect(wide).toHaveLength(14 * 14 * 3);
    expect(Math.abs(mean(wide) - mean(grey))).toBeLessThan(2);
  });

  it('stop at once when told so', async () => {
    await expect(generate({ use: 'glyphs' }, { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
  });
});
