import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  assembleSurface, computedMask, computeSurface, computeSurfaceIn, decodeNpy, estimateSurface, exportSurface, type Grid, interpolated, makePlane, openSurface, progressOf, quantityTopology, type Surface, surfaceRecipeSchema,
} from '#core/landscape';
import { captions } from '../../../../core/landscape/export/chart';
import { drawPicture } from '../../../../core/landscape/export/picture';
import { mlpProblem } from '../problems';
import { sampleSurface } from '../sample';

const problem = mlpProblem();
const grid: Grid = { x: { from: -1, to: 1, count: 33 }, y: { from: -1, to: 1, count: 17 } };
const recipe = surfaceRecipeSchema.parse({ ...sampleSurface().recipe, grid, adaptive: { points: 200 }, quantities: ['loss', 'accuracy'] });
const plane = makePlane(problem, recipe.plane);
const device = { device: 'cpu' } as const;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'basin-refined-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Computes it in a folder; `until`: stopped when so many points are known. */
async function computed(name: string, until = Infinity): Promise<{ surface: Surface; computed: number[] }> {
  const told: number[] = [];
  for await (const event of computeSurfaceIn(join(folder, name), problem, plane, recipe, device)) {
    if (event.kind !== 'points') continue;
    told.push(...event.indices);
    expect(event.total).toBe(200);
    if (event.done >= until) break;
  }
  return { surface: await openSurface(join(folder, name)), computed: told };
}

describe('a surface of chosen points', () => {
  it('has as many as were asked for, with the values of the regular grid, and says which', async () => {
    const { surface, computed: told } = await computed('whole');
    const regular: Record<string, Float64Array> = {};
    for await (const _ of computeSurface(problem, plane, grid, { ...device, values: regular }));
    expect(new Set(told).size).toBe(200);
    expect(progressOf(surface)).toEqual({ done: 200, total: 200 });
    const mask = computedMask(surface)!;
    mask.forEach((known, index) => expect(surface.values['loss']![index]).toBe(known === 1 ? regular['loss']![index] : NaN));
    expect(mask[surface.minimum['loss']!.index]).toBe(1);
    expect(surface.minimum['loss']!.value).toBe(Math.min(...surface.values['loss']!.filter(Number.isFinite)));
    const between = interpolated(surface).values['loss']!;
    expect(between.every(Number.isFinite)).toBe(true);
    expect(quantityTopology(surface, 'loss', { scale: 'linear', threshold: 0.01 }).heights).toEqual(between);
  });

  it('stopped anywhere, also within a round, it ends with the same points and values, none computed twice', async () => {
    const whole = (await computed('through')).surface;
    for (const until of [20, 120]) {
      const name = `stopped-${until}`;
      const before = await computed(name, until);
      expect(progressOf(before.surface)).toEqual({ done: before.computed.length, total: 200 });
      expect(before.computed.length).toBeLessThan(200);
      const after = await computed(name);
      expect(new Set([...before.computed, ...after.computed]).size).toBe(before.computed.length + after.computed.length);
      expect(after.surface.values).toEqual(whole.values);
    }
  });

  it('is estimated by its points, not by those of its grid', async () => {
    const chosen = await estimateSurface(problem, plane, grid, { ...device, adaptive: recipe.adaptive! });
    expect(chosen.points).toBe(200);
    expect((await estimateSurface(problem, plane, grid, device)).points).toBe(561);
  });

  it('refuses budgets that make no picture, volumes, and a quantity that is not there', async () => {
    const ask = async (points: number, on: Grid = grid, quantity = 'loss'): Promise<void> => {
      const directions = on.z ? makePlane(problem, { ...recipe.plane, axes: 3 } as typeof recipe.plane) : plane;
      for await (const _ of computeSurface(problem, directions, on, { ...device, adaptive: { points, quantity } }));
    };
    await expect(ask(80)).rejects.toThrow('80 points are too few to be chosen where the surface bends: the lattice that they begin with has 81');
    await expect(ask(561)).rejects.toThrow('the grid 33x17 has 561 points, from which 561 cannot be chosen');
    await expect(ask(200, { ...grid, z: grid.y })).rejects.toThrow('not in volumes');
    await expect(ask(200, grid, 'rmse')).rejects.toThrow('points are to be chosen where "rmse" bends, which is not computed');
  });
});

describe('in files', () => {
  let surface: Surface;
  beforeAll(async () => {
    const values: Record<string, Float64Array> = {};
    for await (const _ of computeSurface(problem, plane, grid, { ...device, values, adaptive: recipe.adaptive! }));
    surface = assembleSurface(recipe, plane, values, { loss: 1, accuracy: 0 });
  });

  it('tables hold every point and say which are computed', async () => {
    const mask = Array.from(computedMask(surface)!);
    const between = interpolated(surface).values;
    const text = new TextDecoder();
    const [head, ...lines] = text.decode(await exportSurface(surface, 'csv')).trim().split('\n');
    expect(head).toBe('x,y,loss,accuracy,computed');
    const cells = lines.map((line) => line.split(',').map(Number));
    expect(cells.map((row) => row[4])).toEqual(mask);
    expect(cells.map((row) => row[2])).toEqual(Array.from(between['loss']!));
    const npy = await exportSurface(surface, 'npy');
    expect(text.decode(npy.subarray(10, 90))).toContain("'shape': (5, 17, 33)");
    const numbers = decodeNpy(npy)!;
    expect(Array.from(numbers.slice(2 * 561, 3 * 561))).toEqual(Array.from(between['loss']!));
    expect(Array.from(numbers.slice(4 * 561))).toEqual(mask);
    const document = JSON.parse(text.decode(await exportSurface(surface, 'json'))) as { computed: number[][]; values: { loss: number[][] }; recipe: unknown };
    expect(document.computed.flat()).toEqual(mask);
    expect(document.values.loss.flat()).toEqual(Array.from(between['loss']!));
    expect(document.recipe).toEqual(recipe);
    for (const format of ['vtp', 'vti'] as const) {
      const found = /Name="computed"[^>]*>\s*([^<]*)</.exec(text.decode(await exportSurface(surface, format)))![1]!;
      expect(found.trim().split(/\s+/).map(Number).slice(0, 561)).toEqual(mask);
    }
  });

  it('pictures have no gaps, and say how many points were chosen', async () => {
    expect(captions(surface, 'loss')[1]).toContain('200 points chosen on 33×17 ·');
    expect(captions({ ...surface, recipe: { ...recipe, adaptive: { points: 200, quantity: 'accuracy' } } }, 'loss', true)[1]).toContain('200 points (dots) chosen on 33×17 where accuracy bends');
    const mesh = await exportSurface(surface, 'gltf', { scale: 'log' });
    const { accessors } = JSON.parse(new TextDecoder().decode(mesh)) as { accessors: { count: number }[] };
    expect(accessors[0]!.count).toBe(561);
  });

  it('pictures show a dot at each computed point and at no other, unless they are to have none', () => {
    const dots = (points: boolean) => {
      const { rasters, shapes } = drawPicture(surface, { points, width: 400, height: 300 });
      const squares = shapes.flatMap((shape) => (shape.kind === 'path' && shape.fill !== undefined ? shape.d.split('Z').slice(0, -1) : []));
      return { frame: rasters[0]!.frame, places: squares.map((d) => d.match(/-?[\d.]+/g)!.map(Number)).map(([left, top, right, bottom]) => [(left! + right!) / 2, (top! + bottom!) / 2] as const) };
    };
    const { frame, places } = dots(true);
    const found = places.map(([x, y]) => [Math.round((32 * (x - frame.left)) / frame.width), Math.round((16 * (frame.top + frame.height - y)) / frame.height)] as const);
    expect(places.every(([x, y], i) => Math.abs(frame.left + (frame.width * found[i]![0]) / 32 - x) < 0.1 && Math.abs(frame.top + frame.height * (1 - found[i]![1] / 16) - y) < 0.1)).toBe(true);
    expect(found.map(([column, row]) => row * 33 + column).toSorted((a, b) => a - b)).toEqual(Array.from(computedMask(surface)!, (known, index) => (known ? index : -1)).filter((index) => index >= 0));
    expect(dots(false).places).toEqual([]);
    // Where every point is computed there is nothing to tell apart.
    expect(drawPicture(sampleSurface(), { width: 400, height: 300 }).shapes.filter((shape) => shape.kind === 'path' && shape.fill !== undefined)).toEqual([]);
  });
});
