import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { exportComparison, surfaceFigures, type Surface } from '#core/landscape';
import { colorTable } from '../../../../core/landscape/export/colors';
import { toHeights } from '../../../../core/landscape/export/height';
import { sampleSurface } from '../sample';

const named = (name: string, f: (x: number, y: number) => number, rows = 21): Surface => {
  const surface = sampleSurface({ f, rows, path: false });
  return { ...surface, recipe: { ...surface.recipe, run: { ...surface.recipe.run, id: name, name } } };
};

/** How many pixels of a PNG have exactly the colour at an end of the scale. */
async function areas(file: Uint8Array): Promise<{ low: number; high: number }> {
  const { data, info } = await sharp(file).raw().toBuffer({ resolveWithObject: true });
  const table = colorTable('viridis');
  const count = (from: number): number => {
    let found = 0;
    for (let i = 0; i < data.length; i += info.channels) found += Number([0, 1, 2].every((k) => data[i + k] === table[from + k]));
    return found;
  };
  return { low: count(0), high: count(255 * 3) };
}

describe('surfaces side by side', () => {
  // A flat one at 1, and a step from 2 to 3: on one scale the step's lower half is in the middle of it.
  const flat = named('flat', () => 1);
  const step = named('step', (x) => (x < 0 ? 2 : 3));

  it('share one scale of heights: the lowest and the highest of all', async () => {
    const heights = [flat, step].map(({ values }) => toHeights(values['loss']!, 'linear', [flat.values['loss']!, step.values['loss']!])!);
    for (const { low, high } of heights) expect([low, high]).toEqual([1, 3]);
    const share = async (shared: boolean): Promise<number> => {
      const { low, high } = await areas(await exportComparison([flat, step], 'png', { width: 700, height: 420, shared }));
      expect(high).toBeGreaterThan(5000);
      return low / high;
    };
    // The flat one is all low; alone, the step's lower half is too.
    expect(await share(true)).toBeCloseTo(2, 0);
    expect(await share(false)).toBeCloseTo(3, 0);
  });

  it('a logarithmic scale begins at the lowest positive value of all', () => {
    const { low, high, heights } = toHeights(Float64Array.of(0, 1, 10), 'log', [Float64Array.of(0, 1, 10), Float64Array.of(0.01, 1)])!;
    expect([low, high]).toEqual([-2, 1]);
    expect(Array.from(heights)).toEqual([-2, 0, 1]);
  });

  it('carry every recipe and every value', async () => {
    const text = async (format: 'json' | 'html'): Promise<string> => new TextDecoder().decode(await exportComparison([flat, step], format, { viewer: () => 'viewer' }));
    const document = JSON.parse(await text('json')) as { surfaces: { recipe: unknown; values: { loss: number[][] } }[] };
    expect(document.surfaces.map(({ recipe }) => recipe)).toEqual([flat.recipe, step.recipe]);
    expect(document.surfaces[1]!.values.loss.flat()).toEqual(Array.from(step.values['loss']!));
    const page = /id="surfaces-data">(.*?)<\/script>/s.exec(await text('html'))![1]!;
    expect((JSON.parse(page) as { title: string; figures: string }[]).map(({ title, figures }) => [title, figures])).toEqual([
      ['flat', 'centre 1 · lowest 1 · ruggedness 0'],
      ['step', 'centre 3 · lowest 2 · ruggedness 0'],
    ]);
    const { exif } = await sharp(await exportComparison([flat, step], 'png', { width: 500, height: 400 })).metadata();
    expect(exif!.includes(JSON.stringify([flat.recipe, step.recipe]))).toBe(true);
  });

  it('lines stand in one pair of axes', async () => {
    const lines = [named('a', (x) => x * x, 1), named('b', (x) => 1 + x * x, 1)];
    const svg = new TextDecoder().decode(await exportComparison(lines, 'svg', { width: 800, height: 600 }));
    for (const color of ['#0072b2', '#d55e00']) expect(svg.split(`stroke="${color}"`)).toHaveLength(3);
  });

  it('refuse what shares no axes, one alone, and five', async () => {
    await expect(exportComparison([flat, named('line', (x) => x, 1)], 'png')).rejects.toThrow('a line and a plane share no axes');
    await expect(exportComparison([flat], 'png')).rejects.toThrow('1 surfaces');
    await expect(exportComparison([flat, flat, flat, flat, flat], 'png')).rejects.toThrow('5 surfaces');
  });
});

it('a rugged surface has the higher ruggedness; a bowl has none', () => {
  const bowl = surfaceFigures(named('bowl', (x, y) => x * x + y * y));
  expect(bowl.ruggedness).toBe(0);
  expect(bowl.minimum).toMatchObject({ x: 0, y: 0, value: 0 });
  expect(surfaceFigures(named('waves', (x, y) => x * x + y * y + Math.cos(9 * x) * Math.cos(9 * y))).ruggedness).toBeGreaterThan(0.5);
});
