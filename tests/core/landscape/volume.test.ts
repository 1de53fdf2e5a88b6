import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  axisCoordinates, coarseToFine, computeSurface, computeSurfaceIn, estimateSurface, exportSurface, type Grid, innerProduct, makePlane, openSurface, type PlaneRecipe, quantityTopology,
  saveSurface, trajectoryPlane, WeightEvaluator,
} from '#core/landscape';
import { cnnProblem, mlpProblem, quadraticProblem, reference } from './problems';
import { sampleVolume } from './sample';

type Weights = Record<string, Float32Array>;
const random: PlaneRecipe = { kind: 'random', seed: 3, normalization: 'filter', include: 'weights', orthogonal: false, axes: 3 };
const grid: Grid = { x: { from: -1, to: 1, count: 5 }, y: { from: -0.75, to: 1, count: 4 }, z: { from: -0.5, to: 0.5, count: 3 } };

/** Coordinates of every grid point, x fastest. */
const places = ({ x, y, z }: Grid): [number, number, number][] =>
  Array.from(axisCoordinates(z!)).flatMap((c) => Array.from(axisCoordinates(y)).flatMap((b) => Array.from(axisCoordinates(x), (a): [number, number, number] => [a, b, c])));

describe('three directions', () => {
  it('random: the first two are those of the plane of the same seed', () => {
    const problem = cnnProblem();
    const { axes: _, ...flat } = random as Extract<PlaneRecipe, { kind: 'random' }>;
    const [volume, plane] = [makePlane(problem, random), makePlane(problem, flat)];
    expect(volume.directions).toHaveLength(3);
    expect(volume.directions.slice(0, 2)).toEqual(plane.directions);
    const apart = makePlane(problem, { ...flat, axes: 3, orthogonal: true, normalization: 'none' }).directions;
    for (const [i, j] of [[0, 1], [0, 2], [1, 2]] as const) {
      expect(Math.abs(innerProduct(apart[i]!, apart[j]!)) / innerProduct(apart[i]!, apart[i]!)).toBeLessThan(1e-6);
    }
  });

  it('gradient: both random ones start orthogonal to it and to each other', () => {
    const problem = quadraticProblem([1, -2, 0.5, 3, 1], [1, 1, 1, 1, 1]);
    const gradient = { w: Float32Array.of(1, -2, 0.5, 3, 1) };
    const { directions } = makePlane(problem, { kind: 'gradient', seed: 1, normalization: 'none', include: 'weights', axes: 3 }, { gradient });
    for (const [i, j] of [[0, 1], [0, 2], [1, 2]] as const) expect(innerProduct(directions[i]!, directions[j]!)).toBeCloseTo(0, 5);
  });

  it('through four weights: orthonormal, the anchors lead to them; four in one plane are refused', () => {
    const problem = mlpProblem();
    const centre: Weights = Object.fromEntries(Object.entries(problem.parameters).map(([name, { data }]) => [name, data]));
    const moved = (shift: (i: number) => number): Weights => Object.fromEntries(Object.entries(centre).map(([name, data]) => [name, data.map((value, i) => value + shift(i))]));
    const others: Record<string, Weights> = { a: moved((i) => 0.1 * Math.sin(i)), b: moved((i) => 0.2 * Math.cos(3 * i)), c: moved((i) => 0.1 * Math.sin(2 * i + 1)) };
    const through: PlaneRecipe = { kind: 'through', of: [reference('a'), reference('b'), reference('c')] };
    const { directions, anchors } = makePlane(problem, through, { weights: others });
    directions.forEach((a, i) => directions.forEach((b, j) => expect(innerProduct(a, b)).toBeCloseTo(Number(i === j), 5)));
    for (const { name, x, y, z } of anchors!) {
      for (const [parameter, values] of Object.entries(others[name]!)) {
        values.forEach((value, i) => expect([x, y, z!].reduce((sum, step, k) => sum + step * directions[k]![parameter]![i]!, centre[parameter]![i]!)).toBeCloseTo(value, 5));
      }
    }
    expect(() => makePlane(problem, through, { weights: { ...others, c: moved((i) => 0.05 * Math.sin(i) + 0.1 * Math.cos(3 * i)) } })).toThrow('"a", "b" and "c" lie in one plane, so they span no volume (rank two)');
  });

  it('of a path: three components hold a path in three dimensions whole, projection and principal coordinates agree', () => {
    const centre = { w: new Float32Array(6) };
    const checkpoints = Array.from({ length: 9 }, (_, i) => ({ step: i, parameters: { w: Float32Array.of(Math.cos(i), Math.sin(i), 0.1 * (8 - i), 0, 0, 0) } }));
    centre.w.set(checkpoints[8]!.parameters.w);
    const { explainedVariance, paths: [path], directions } = trajectoryPlane(centre, [{ checkpoints }], 3);
    const { points, residual } = path!;
    expect(explainedVariance.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 6);
    residual.forEach((distance) => expect(distance).toBeLessThan(1e-3));
    checkpoints.forEach(({ parameters }, i) => directions.forEach((direction, k) => {
      const along = parameters.w.reduce((sum, value, j) => sum + (value - centre.w[j]!) * direction['w']![j]!, 0);
      expect(points[3 * i + k]).toBeCloseTo(along, 5);
    }));
    expect(() => trajectoryPlane(centre, [{ checkpoints: checkpoints.slice(0, 3) }], 3)).toThrow('the volume of a trajectory needs at least 4 checkpoints, this run kept 3');
    const flat = checkpoints.map(({ step, parameters }) => ({ step, parameters: { w: parameters.w.map((value, i) => (i === 2 ? 0 : value)) } }));
    expect(() => trajectoryPlane({ w: flat[8]!.parameters.w }, [{ checkpoints: flat }], 3)).toThrow('lie in one plane');
  });

  it('the path of training is projected by least squares, whatever the angle of the directions', () => {
    const problem = quadraticProblem([0, 0, 0, 0], [1, 1, 1, 1]);
    const plain: PlaneRecipe = { ...(random as Extract<PlaneRecipe, { kind: 'random' }>), normalization: 'none' };
    const { directions } = makePlane(problem, plain);
    const place = [0.3, -0.7, 1.1];
    const w = Float32Array.from({ length: 4 }, (_, i) => place.reduce((sum, step, k) => sum + step * directions[k]!['w']![i]!, 0));
    const { path } = makePlane(problem, plain, { checkpoints: [{ step: 0, parameters: { w } }] });
    place.forEach((step, k) => expect(path!.points[k]).toBeCloseTo(step, 5));
    expect(path!.residual[0]).toBeLessThan(1e-3);
  });
});

describe('values of a volume', () => {
  it('equal a direct evaluation of the moved weights', async () => {
    const problem = mlpProblem();
    const plane = makePlane(problem, random);
    const values: Record<string, Float64Array> = {};
    for await (const { total } of computeSurface(problem, plane, grid, { device: 'cpu', values })) expect(total).toBe(60);
    const evaluator = await WeightEvaluator.create(problem, { device: 'reference' });
    for (const [index, place] of places(grid).entries()) {
      const weights = Object.fromEntries(Object.entries(problem.parameters).map(([name, { data }]) => [name, data.map((value, i) => place.reduce((sum, step, k) => sum + step * (plane.directions[k]![name]?.[i] ?? 0), value))]));
      const { loss, accuracy } = await evaluator.evaluate(weights);
      expect(Math.abs(values['loss']![index]! - loss!)).toBeLessThan(1e-5 * Math.max(1, loss!));
      expect(values['accuracy']![index]).toBeCloseTo(accuracy!, 6);
    }
    await evaluator.dispose();
  });

  it('come coarse to fine: every point once, the centre and the corners of the box first', () => {
    const cube = { from: -1, to: 1, count: 9 };
    const order = coarseToFine({ x: cube, y: cube, z: cube });
    expect(order[0]).toBe((4 * 9 + 4) * 9 + 4);
    expect(Array.from(order).sort((a, b) => a - b)).toEqual(Array.from({ length: 729 }, (_, i) => i));
    for (const corner of [0, 8, 72, 80, 648, 656, 720, 728]) expect(order.indexOf(corner)).toBeLessThan(27);
  });

  it('a grid that does not fit the directions, or no memory, is refused before anything is computed', async () => {
    const problem = mlpProblem();
    const plane = makePlane(problem, random);
    const flat: Grid = { x: grid.x, y: grid.y };
    await expect(computeSurface(problem, plane, flat, { device: 'cpu' }).next()).rejects.toThrow('3 directions do not fit the grid 5x4');
    const large = { from: -1, to: 1, count: 2049 };
    await expect(estimateSurface(problem, plane, { x: large, y: large, z: large }, { device: 'cpu' })).rejects.toThrow('the grid 2049x2049x2049 has 8,602,523,649 points, more than the 8,388,608 that are held in memory');
  });
});

describe('a volume as a folder and as files', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'basin-volume-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('comes back as it was', async () => {
    const surface = sampleVolume((x, y, z) => (x > 0.7 ? NaN : z > 0.6 ? Infinity : x * x + y + z));
    await saveSurface(folder, surface);
    expect(await openSurface(folder)).toEqual(surface);
  });

  it('stopped and continued, it computes no point twice', async () => {
    const problem = mlpProblem();
    const recipe = { ...sampleVolume().recipe, plane: random, grid, quantities: ['loss', 'accuracy'] };
    const plane = makePlane(problem, random);
    let before = 0;
    for await (const event of computeSurfaceIn(folder, problem, plane, recipe, { device: 'cpu' })) if (event.kind === 'points' && (before = event.done) >= 10) break;
    let after = 0;
    for await (const event of computeSurfaceIn(folder, problem, plane, recipe, { device: 'cpu' })) if (event.kind === 'points') after += event.indices.length;
    expect(before + after).toBe(60);
    expect((await openSurface(folder)).values['loss']!.some(Number.isNaN)).toBe(false);
  });

  it('npy and the stored values have the axes z, y, x; csv and json name every point', async () => {
    const surface = sampleVolume();
    await saveSurface(folder, surface);
    expect((await readFile(join(folder, 'values.npy'))).toString('latin1', 0, 128)).toContain("'shape': (1, 7, 9, 11)");
    const text = async (format: 'npy' | 'csv' | 'json' | 'vti'): Promise<string> => Buffer.from(await exportSurface(surface, format)).toString('latin1');
    expect(await text('npy')).toContain("'shape': (4, 7, 9, 11)");
    const lines = (await text('csv')).trim().split('\n');
    expect(lines[0]).toBe('x,y,z,loss');
    const index = (3 * 9 + 5) * 11 + 2;
    expect(lines[1 + index]!.split(',').map(Number)).toEqual([surface.x[2], surface.y[5], surface.z![3], surface.values['loss']![index]]);
    const document = JSON.parse(await text('json')) as { values: { loss: number[][][] }; z: number[]; axes: string[] };
    expect(document.values.loss[3]![5]![2]).toBe(surface.values['loss']![index]);
    expect(document.axes).toEqual([1, 2, 3].map((k) => `filter-normalised random direction ${k}`));
  });

  it('vti: VTK reads x fastest, like the values; origin and spacing are those of the axes', async () => {
    const surface = sampleVolume((x, y, z) => (x > 0.9 ? Infinity : x + 10 * y + 100 * z));
    const xml = Buffer.from(await exportSurface(surface, 'vti')).toString();
    expect(xml).toContain('WholeExtent="0 10 0 8 0 6"');
    const numbers = (name: string): number[] => new RegExp(`${name}="([^"]*)"`).exec(xml)![1]!.split(' ').map(Number);
    const [origin, spacing] = [numbers('Origin'), numbers('Spacing')];
    [surface.x, surface.y, surface.z!].forEach((axis, k) => expect(origin[k]! + spacing[k]! * (axis.length - 1)).toBeCloseTo(axis.at(-1)!, 12));
    const data = /Name="loss"[^>]*>([^<]*)</.exec(xml)![1]!.split(' ');
    expect(data.map((word) => (word === 'inf' ? Infinity : Number(word)))).toEqual(Array.from(surface.values['loss']!));
  });

  it('what has no meaning for a volume is refused with what to do', async () => {
    await expect(exportSurface(sampleVolume(), 'svg')).rejects.toThrow('a volume has no picture from above');
    expect(() => quantityTopology(sampleVolume(), 'loss', { scale: 'linear', threshold: 0 })).toThrow('this surface is a volume');
  });
});
