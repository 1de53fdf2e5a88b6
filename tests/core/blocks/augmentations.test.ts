import { streamKey } from '#core/graph';
import { describe, expect, it } from 'vitest';
import { built, evaluate } from './evaluate';

const image = { input: 'image' as const, exampleShape: [2, 4, 5] };
const [batch, channels, height, width] = [64, 2, 4, 5] as const;
const data = Float32Array.from({ length: batch * channels * height * width }, (_, i) => 1 + i);
const pixel = (n: number, c: number, y: number, x: number): number => data[((n * channels + c) * height + y) * width + x]!;

async function augmented(specification: unknown, seed: number, step: number, device: 'reference' | 'cpu' = 'reference'): Promise<Float64Array> {
  const augmentation = built('augmentations', specification, image);
  const result = await evaluate((args) => ({ y: augmentation(args.x, () => args.key) }), {
    x: { shape: [batch, channels, height, width], data }, key: { shape: [2], data: streamKey(seed, 'a', step) },
  }, device);
  return result['y']!;
}

const example = (values: Float64Array, n: number): number[] => Array.from(values.subarray(n * channels * height * width, (n + 1) * channels * height * width));

describe('augmentations', () => {
  it('flip mirrors about half of the pictures whole, and leaves the rest as they are', async () => {
    const result = await augmented('flip', 0, 1);
    let mirrored = 0;
    for (let n = 0; n < batch; n++) {
      const as = (flip: boolean): number[] => {
        const list: number[] = [];
        for (let c = 0; c < channels; c++) for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) list.push(pixel(n, c, y, flip ? width - 1 - x : x));
        return list;
      };
      const isMirrored = example(result, n)[0] === pixel(n, 0, 0, width - 1);
      expect(example(result, n)).toEqual(as(isMirrored));
      if (isMirrored) mirrored++;
    }
    expect(mirrored).toBeGreaterThan(16);
    expect(mirrored).toBeLessThan(48);
  });

  it('shift moves every channel of a picture alike, brings zeros in, and reaches every shift', async () => {
    const result = await augmented({ use: 'shift', pixels: 1 }, 0, 1);
    const seen = new Set<string>();
    for (let n = 0; n < batch; n++) {
      const candidates = [-1, 0, 1].flatMap((dy) => [-1, 0, 1].map((dx) => {
        const list: number[] = [];
        for (let c = 0; c < channels; c++) for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) {
          const [sy, sx] = [y + dy, x + dx];
          list.push(sy >= 0 && sy < height && sx >= 0 && sx < width ? pixel(n, c, sy, sx) : 0);
        }
        return { name: `${dy},${dx}`, list };
      }));
      const found = candidates.find(({ list }) => list.every((value, i) => value === example(result, n)[i]));
      expect(found, `picture ${n} is a shifted one`).toBeDefined();
      seen.add(found!.name);
    }
    expect(seen.size).toBe(9);
  });

  it.each(['flip', { use: 'shift', pixels: 2 }])('%j: the same bits for the same seed and step on both executors, others for another step', async (specification) => {
    const first = await augmented(specification, 5, 7);
    expect(await augmented(specification, 5, 7, 'cpu')).toEqual(first);
    expect(await augmented(specification, 5, 8)).not.toEqual(first);
    expect(await augmented(specification, 6, 7)).not.toEqual(first);
  });
});
