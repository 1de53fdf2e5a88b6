import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { computeSurfaceIn, type LandscapeProblem, makePlane, openSurface, saveSurface, type SurfaceRecipe } from '#core/landscape';
import { mlpProblem } from './problems';
import { ripples, sampleSurface } from './sample';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'basin-surface-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('a surface as a folder', () => {
  it('comes back as it was, with missing and infinite points', async () => {
    const surface = sampleSurface({ f: (x, y) => (x > 0.7 ? NaN : y > 0.6 ? Infinity : ripples(x, y)) });
    await saveSurface(folder, surface);
    expect(await openSurface(folder)).toEqual(surface);
    expect((await readdir(folder)).sort()).toEqual(['recipe.json', 'summary.json', 'values.npy']);
  });

  it('says what is damaged', async () => {
    await expect(openSurface(folder)).rejects.toThrow('holds no surface');
    await saveSurface(folder, sampleSurface());
    const bytes = await readFile(join(folder, 'values.npy'));
    await writeFile(join(folder, 'values.npy'), bytes.subarray(0, bytes.length - 8));
    await expect(openSurface(folder)).rejects.toThrow('does not hold the 525 numbers of its recipe');
    await writeFile(join(folder, 'recipe.json'), '{"version":2}');
    await expect(openSurface(folder)).rejects.toThrow("is not what a surface's file holds");
  });
});

describe('a computation in a folder', () => {
  const problem = mlpProblem();
  const recipe: SurfaceRecipe = {
    ...sampleSurface().recipe,
    quantities: ['loss', 'accuracy'],
    grid: { x: { from: -1, to: 1, count: 17 }, y: { from: -1, to: 1, count: 15 } },
  };
  const plane = makePlane(problem, recipe.plane);

  it('stopped and continued, it ends like one that ran through, and computes no point twice', async () => {
    const whole = join(folder, 'whole');
    for await (const event of computeSurfaceIn(whole, problem, plane, recipe, { device: 'cpu' })) expect(event.kind).toBeTruthy();
    const interrupted = join(folder, 'interrupted');
    for await (const event of computeSurfaceIn(interrupted, problem, plane, recipe, { device: 'cpu' })) if (event.kind === 'points' && event.done >= 100) break;
    const left = await openSurface(interrupted);
    const known = left.values['loss']!.filter((value) => !Number.isNaN(value)).length;
    expect(known).toBeGreaterThanOrEqual(100);
    expect(known).toBeLessThan(255);
    let computed = 0;
    for await (const event of computeSurfaceIn(interrupted, problem, plane, recipe, { device: 'cpu' })) {
      if (event.kind === 'start') expect([event.done, event.surface.values]).toEqual([known, left.values]);
      if (event.kind === 'points') computed += event.indices.length;
      if (event.kind === 'end') expect(event.done).toBe(255);
    }
    expect(computed).toBe(255 - known);
    const [a, b] = [await openSurface(whole), await openSurface(interrupted)];
    expect(b.recipe).toEqual(a.recipe);
    expect(b.centre).toEqual(a.centre);
    expect(b.values).toEqual(a.values);
  });

  it('a finished surface computes nothing more', async () => {
    for await (const event of computeSurfaceIn(folder, problem, plane, recipe, { device: 'cpu' })) expect(event.kind).toBeTruthy();
    const refusing: LandscapeProblem = { ...problem, batches: [] };
    const kinds: string[] = [];
    for await (const { kind } of computeSurfaceIn(folder, refusing, plane, recipe, { device: 'cpu' })) kinds.push(kind);
    expect(kinds).toEqual(['start', 'end']);
  });

  it('another recipe is refused, and nothing is lost', async () => {
    for await (const event of computeSurfaceIn(folder, problem, plane, recipe, { device: 'cpu' })) expect(event.kind).toBeTruthy();
    const before = await openSurface(folder);
    const other = computeSurfaceIn(folder, problem, plane, { ...recipe, split: 'test' }, { device: 'cpu' });
    await expect(other.next()).rejects.toThrow('holds a surface of another recipe');
    expect(await openSurface(folder)).toEqual(before);
  });

  it('stores the true quantities along the path of training', async () => {
    const at = (scale: number) => Object.fromEntries(Object.entries(problem.parameters).map(([name, { data }]) => [name, data.map((value) => value * scale)]));
    const checkpoints = [0.2, 0.6, 1].map((scale, i) => ({ step: i, parameters: at(scale) }));
    const withPath = makePlane(problem, recipe.plane, { checkpoints });
    for await (const event of computeSurfaceIn(folder, problem, withPath, recipe, { device: 'cpu', checkpoints })) {
      if (event.kind === 'start') expect(event.surface.trajectory!.values['loss']![2]).toBe(event.surface.centre['loss']!);
    }
    expect((await openSurface(folder)).trajectory!.values['accuracy']).toHaveLength(3);
  });
});
