import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { axisNames, exportSurface, type Surface, surfaceFormatOf } from '#core/landscape';
import { colorTable } from '../../../../core/landscape/export/colors';
import { drawPicture } from '../../../../core/landscape/export/picture';
import { toHeights } from '../../../../core/landscape/export/height';
import { refine } from '../../../../core/landscape/export/raster';
import { sampleSurface } from '../sample';

describe('png', () => {
  it('has the asked size; flat ground has the exact colour of the scale; a hole shows no colour', async () => {
    // A step: left half 1, right half 3, a hole above.
    const surface = sampleSurface({ columns: 41, rows: 41, f: (x, y) => (y > 0.6 ? Infinity : x < 0 ? 1 : 3), path: false });
    const image = sharp(await exportSurface(surface, 'png', { width: 900, height: 700 }));
    const { width, height } = await image.metadata();
    expect([width, height]).toEqual([900, 700]);
    const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
    const table = colorTable('viridis');
    const colours = new Map<string, number>();
    for (let i = 0; i < data.length; i += info.channels) {
      const key = `${data[i]},${data[i + 1]},${data[i + 2]}`;
      colours.set(key, (colours.get(key) ?? 0) + 1);
    }
    const area = (from: number): number => colours.get(Array.from(table.subarray(from, from + 3)).join(',')) ?? 0;
    expect(area(0)).toBeGreaterThan(60_000);
    expect(area(255 * 3)).toBeGreaterThan(60_000);
    expect(colours.get('232,234,237')).toBeGreaterThan(20_000);
  });

  it('carries the recipe', async () => {
    const surface = sampleSurface();
    const { exif } = await sharp(await exportSurface(surface, 'png', { width: 400, height: 300 })).metadata();
    expect(exif!.includes(JSON.stringify(surface.recipe))).toBe(true);
  });
});

describe('svg', () => {
  const size = { width: 500, height: 400 };
  const pixels = async (file: Uint8Array): Promise<Uint8Array> => sharp(file).flatten({ background: '#fff' }).removeAlpha().raw().toBuffer();

  it('rendered, is the picture that the PNG holds; it names the recipe and needs nothing from outside', async () => {
    const surface = { ...sampleSurface(), anchors: [{ name: 'other', x: 0.5, y: 0.4 }] };
    const file = await exportSurface(surface, 'svg', size);
    const [vector, raster] = [await pixels(file), await pixels(await exportSurface(surface, 'png', size))];
    expect(vector.length).toBe(raster.length);
    const apart = vector.reduce((sum, value, i) => sum + Math.abs(value - raster[i]!), 0) / vector.length;
    expect(apart).toBeLessThan(1.5);
    const text = new TextDecoder().decode(file);
    expect(text).toContain('<metadata>{&quot;version&quot;:1,');
    expect(text).not.toMatch(/href="(?!data:)/);
    expect(text).not.toContain('<text');
  });
});

describe('the legend', () => {
  // Two valleys and the pass between them: the letters are shapes, so that each sign is told by its own shape.
  const valleys = sampleSurface({ columns: 41, rows: 31, f: (x, y) => (x * x - 0.25) ** 2 + y * y, path: false });
  const texts = (drawing: ReturnType<typeof drawPicture>): string[] => drawing.shapes.flatMap((shape) => (shape.kind === 'text' ? [shape.text] : []));

  it('names what is drawn: valleys and passes where they are asked for, at their places', () => {
    expect(texts(drawPicture(valleys, {}))).toContain('lowest point, 0');
    expect(texts(drawPicture(valleys, {})).some((text) => /valley|pass|path/.test(text))).toBe(false);
    const marked = drawPicture(valleys, { valleys: 0.01 });
    expect(texts(marked)).toEqual(expect.arrayContaining(['valley (local minimum)', 'pass (saddle)']));
    // Each once more in the legend.
    const signs = (fill: string): number => marked.shapes.filter((shape) => shape.kind === 'path' && shape.fill === fill).length;
    expect([signs('#4fc3d1'), signs('#ffffff')]).toEqual([3, 2]);
  });

  it('names the path, and the points that were chosen, unless these are left out', () => {
    const surface = sampleSurface();
    const chosen = { ...surface, recipe: { ...surface.recipe, adaptive: { points: 200, quantity: 'loss', scale: 'linear' as const } }, values: { loss: surface.values['loss']!.map((value, i) => (i % 3 === 0 ? value : NaN)) } };
    expect(texts(drawPicture(chosen, {}))).toEqual(expect.arrayContaining(['path of training, from ring to dot', 'computed point, between them interpolated']));
    expect(texts(drawPicture(chosen, { path: false, points: false })).some((text) => /^(path of|computed)/.test(text))).toBe(false);
  });
});

describe('axes', () => {
  const { recipe } = sampleSurface();
  const names = (plane: Surface['recipe']['plane'], more: Partial<Pick<Surface, 'explainedVariance' | 'eigenvalues'>> = {}): readonly string[] => axisNames({ recipe: { ...recipe, plane }, ...more });
  const scaled = { seed: 0, include: 'weights', normalization: 'filter', orthogonal: false } as const;

  it('say in words what their directions are', () => {
    expect(names({ kind: 'random', ...scaled })).toEqual(['filter-normalised random direction 1', 'filter-normalised random direction 2']);
    expect(names({ kind: 'random', ...scaled, normalization: 'none' })).toEqual(['random direction 1', 'random direction 2']);
    expect(names({ kind: 'trajectory', steps: [] }, { explainedVariance: [0.909, 0.0771] })).toEqual(['principal direction 1 of the path (90.9 % of its variance)', 'principal direction 2 of the path (7.71 % of its variance)']);
    const pair = (label: string, value: number) => ({ label, value, residual: 0, converged: true });
    const eigenvectors = { kind: 'eigenvectors', which: 'top-bottom', seed: 0, include: 'all', normalization: 'none', tolerance: 0.001, maxIterations: 100 } as const;
    expect(names(eigenvectors, { eigenvalues: [pair('lambda_1', 3.25), pair('lambda_min', -0.5)] })).toEqual(['top Hessian eigenvector (eigenvalue 3.25)', 'bottom Hessian eigenvector (eigenvalue -0.5)']);
  });
});

describe('html', () => {
  it('holds the data and the script, and nothing in either can end the script element', async () => {
    const viewer = () => 'const t = "</script><!--"; const u = "</SCRIPT>";'.replace('</SCRIPT>', '</script>');
    const page = new TextDecoder().decode(await exportSurface(sampleSurface(), 'html', { viewer }));
    expect(page.match(/<script/g)).toHaveLength(3);
    expect(page.match(/<\/script/g)).toHaveLength(3);
    expect(page).not.toMatch(/https?:/);
    expect(page).toContain('<title>loss of sample &lt;run&gt;</title>');
    const data = /id="surface-data">(.*?)<\/script>/s.exec(page)![1]!;
    expect((JSON.parse(data) as { recipe: unknown }).recipe).toEqual(sampleSurface().recipe);
  });
});

describe('what is left out of a picture', () => {
  const shapes = async (options: { contours?: boolean; path?: boolean }): Promise<string> => new TextDecoder().decode(await exportSurface(sampleSurface(), 'svg', { width: 500, height: 400, ...options }));
  // The path's outline, and the contours' opacity of those that are no fifth line.
  const [outline, fine] = ['stroke-opacity="0.85"', 'stroke-opacity="0.34"'];

  it('contours and paths, each alone', async () => {
    const all = await shapes({});
    expect([outline, fine].map((part) => all.includes(part))).toEqual([true, true]);
    const bare = await shapes({ contours: false });
    expect([outline, fine].map((part) => bare.includes(part))).toEqual([true, false]);
    const still = await shapes({ path: false });
    expect([outline, fine].map((part) => still.includes(part))).toEqual([false, true]);
  });

  it('a page is told how it was shown, and shows the rest of it by itself', async () => {
    const settings = async (options: Parameters<typeof exportSurface>[2]): Promise<unknown> => {
      const page = new TextDecoder().decode(await exportSurface(sampleSurface(), 'html', { viewer: () => 'viewer', ...options }));
      return JSON.parse(/id="surface-settings">(.*?)<\/script>/s.exec(page)![1]!);
    };
    const usual = { quantity: 'loss', scale: 'linear', colorMap: 'viridis', theme: 'system', shared: true, points: true, contours: true, path: true, shown: 'surface', relief: 1 };
    expect(await settings({})).toEqual({ ...usual, marks: [] });
    const look = { scale: 'log', colorMap: 'magma', points: false, contours: false, path: false, shown: 'map', relief: 0.5 } as const;
    expect(await settings(look)).toEqual({ ...usual, ...look, marks: [] });
    expect(await settings({ valleys: 0.1 })).toMatchObject({ marks: [{ kind: 'minimum' }] });
  });
});

describe('heights', () => {
  it('log: decimal logarithms, zero drawn at the lowest positive value', () => {
    const { heights, low, high } = toHeights(Float64Array.of(100, 1, 0, NaN, Infinity, 0.01), 'log')!;
    expect(Array.from(heights)).toEqual([2, 0, -2, NaN, NaN, -2]);
    expect([low, high]).toEqual([-2, 2]);
  });

  it('refining passes through every computed value and keeps quadratics', () => {
    const f = (x: number, y: number): number => x * x - 2 * x * y + 3;
    const grid = Float64Array.from({ length: 6 * 5 }, (_, i) => f(i % 6, Math.floor(i / 6)));
    const fine = refine(grid, 6, 5, 51, 41);
    for (let r = 10; r <= 30; r++) for (let c = 10; c <= 40; c++) expect(fine[r * 51 + c]).toBeCloseTo(f(c / 10, r / 10), 10);
    for (let i = 0; i < 30; i++) expect(fine[Math.floor(i / 6) * 10 * 51 + (i % 6) * 10]).toBeCloseTo(grid[i]!, 10);
  });
});

it('a file name that asks for no known format', () => {
  expect(surfaceFormatOf('out/My.Surface.VTP')).toBe('vtp');
  expect(() => surfaceFormatOf('surface.obj')).toThrow('".obj" is not a surface format');
  expect(() => surfaceFormatOf('surface')).toThrow('no file ending');
});
