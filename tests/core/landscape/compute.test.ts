import { describe, expect, it } from 'vitest';
import { log, mul, square, sum } from '#core/graph';
import {
  axisCoordinates,
  computeSurface,
  type ComputeOptions,
  estimateSurface,
  evaluateCentre,
  type Grid,
  type LandscapeProblem,
  makePlane,
  type Plane,
  type PlaneRecipe,
  WeightEvaluator,
} from '#core/landscape';
import { cnnProblem, deepLinearProblem, mlpProblem, perturbed, quadraticProblem, reference } from './problems';

const square9: Grid = { x: { from: -1, to: 1, count: 9 }, y: { from: -0.75, to: 1, count: 8 } };
/** More points than go together. */
const large: Grid = { x: { from: -1, to: 1, count: 17 }, y: { from: -0.75, to: 1, count: 15 } };
const random: PlaneRecipe = { kind: 'random', seed: 3, normalization: 'filter', include: 'weights', orthogonal: false };

async function values(problem: LandscapeProblem, plane: Plane, grid: Grid, options: ComputeOptions = { device: 'cpu' }): Promise<Record<string, Float64Array>> {
  const found = options.values ?? {};
  for await (const chunk of computeSurface(problem, plane, grid, { ...options, values: found })) expect(chunk.indices.length).toBeGreaterThan(0);
  return found;
}

const worst = (a: Float64Array, b: ArrayLike<number>): number => Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]!) / Math.max(Math.abs(b[i]!), 1e-12)));

/** Every grid point by evaluating the perturbed weights themselves. */
async function direct(problem: LandscapeProblem, plane: Plane, grid: Grid, quantity: string, device: 'cpu' | 'reference'): Promise<number[]> {
  const evaluator = await WeightEvaluator.create(problem, { device });
  const list: number[] = [];
  for (const y of axisCoordinates(grid.y)) {
    for (const x of axisCoordinates(grid.x)) list.push((await evaluator.evaluate(perturbed(problem, plane, x, y)))[quantity]!);
  }
  await evaluator.dispose();
  return list;
}

describe('values', () => {
  for (const [name, problem] of Object.entries({ mlp: mlpProblem(), cnn: cnnProblem(), 'deep linear': deepLinearProblem() })) {
    for (const include of ['weights', 'all'] as const) {
      it(`${name}, ${include}: equal a direct evaluation of the perturbed weights`, async () => {
        const plane = makePlane(problem, { ...random, include });
        const surface = await values(problem, plane, square9);
        expect(worst(surface['loss']!, await direct(problem, plane, square9, 'loss', 'cpu'))).toBeLessThan(1e-5);
        expect(worst(surface['loss']!, await direct(problem, plane, square9, 'loss', 'reference'))).toBeLessThan(1e-5);
        const centre = await evaluateCentre(problem, { device: 'cpu' });
        const middle: Grid = { x: { from: 0, to: 0, count: 1 }, y: { from: 0, to: 0, count: 1 } };
        expect(worst((await values(problem, plane, middle))['loss']!, [centre['loss']!])).toBeLessThan(1e-6);
      });
    }
  }

  it('accuracy counts the unmasked examples only', async () => {
    const problem = mlpProblem();
    const plane = makePlane(problem, random);
    const { accuracy } = await values(problem, plane, square9);
    expect(Array.from(accuracy!)).toEqual(await direct(problem, plane, square9, 'accuracy', 'cpu'));
    for (const share of accuracy!) expect(Math.abs(share * 50 - Math.round(share * 50))).toBeLessThan(1e-9);
  });

  it('a quadratic is the closed form', async () => {
    const [w, h] = [[1, -2, 0.5, 3], [1, 0.25, 4, 2]];
    const problem = quadraticProblem(w, h);
    const plane = makePlane(problem, { ...random, normalization: 'none' });
    const [d, e] = plane.directions.map((direction) => direction['w']!);
    const { loss } = await values(problem, plane, square9);
    const expected = Array.from(axisCoordinates(square9.y)).flatMap((b) =>
      Array.from(axisCoordinates(square9.x), (a) => 0.5 * w.reduce((total, value, i) => total + h[i]! * (value + a * d![i]! + b * e![i]!) ** 2, 0)),
    );
    expect(worst(loss!, expected)).toBeLessThan(1e-5);
  });

  it('a line has one direction and one row', async () => {
    const problem = mlpProblem();
    const other = Object.fromEntries(Object.entries(problem.parameters).map(([name, { data }]) => [name, data.map((value) => value * 0.5)]));
    const plane = makePlane(problem, { kind: 'line', seed: 0, normalization: 'filter', include: 'weights', to: reference('half') }, { weights: { half: other } });
    const { loss } = await values(problem, plane, { x: { from: 0, to: 1, count: 3 }, y: { from: 0, to: 0, count: 1 } });
    const evaluator = await WeightEvaluator.create(problem, { device: 'cpu' });
    const ends = [await evaluator.evaluate(), await evaluator.evaluate(other)];
    await evaluator.dispose();
    expect(worst(Float64Array.of(loss![0]!, loss![2]!), ends.map((end) => end['loss']!))).toBeLessThan(1e-6);
    await expect(values(problem, plane, square9)).rejects.toThrow('a line has one row of points, the grid asks for 8');
  });

  it('where the network returns nothing finite the value is Infinity, and only there', async () => {
    const base = quadraticProblem([1, 1], [1, 1]);
    const problem: LandscapeProblem = { ...base, evaluate: (p, _b, { mask }) => ({ loss: mul(log(sum(p['w']!)), sum(square(mask))) }) };
    const plane: Plane = { recipe: random, directions: [{ w: Float32Array.of(1, 0) }, { w: Float32Array.of(0, 1) }] };
    const grid: Grid = { x: { from: -3, to: 3, count: 7 }, y: { from: -3, to: 3, count: 7 } };
    const { loss } = await values(problem, plane, grid);
    loss!.forEach((value, i) => {
      const total = 2 + ((i % 7) - 3) + (Math.floor(i / 7) - 3);
      if (total > 0) expect(value).toBeCloseTo(Math.log(total), 5);
      else expect(value).toBe(Infinity);
    });
  });

  it('root means are finished after the sum over all batches', async () => {
    const problem: LandscapeProblem = { ...deepLinearProblem(), finish: { loss: 'root-mean' } };
    const plain = await evaluateCentre(deepLinearProblem(), { device: 'cpu' });
    const rooted = await evaluateCentre(problem, { device: 'cpu' });
    expect(rooted['loss']).toBeCloseTo(Math.sqrt(plain['loss']!), 10);
  });
});

describe('filter normalisation', () => {
  it('rescaling a ReLU layer leaves the surface as it is', async () => {
    const problem = mlpProblem();
    const scaled = mlpProblem();
    for (const name of ['layers.0.weight', 'layers.0.bias']) scaled.parameters[name]!.data.forEach((value, i, data) => (data[i] = value * 8));
    scaled.parameters['layers.1.weight']!.data.forEach((value, i, data) => (data[i] = value / 8));
    const a = await values(problem, makePlane(problem, random), square9);
    const b = await values(scaled, makePlane(scaled, random), square9);
    expect(worst(a['loss']!, b['loss']!)).toBeLessThan(1e-4);
  });
});

describe('a computation', () => {
  it.each([
    ['a small network', mlpProblem()],
    ['two outputs', mlpProblem([2, 32, 32, 2], 700, 350)],
    ['convolutions', cnnProblem()],
    ['a deep linear network', deepLinearProblem()],
  ])('skips what is known, and ends with the bits of an uninterrupted one: %s', async (_, problem) => {
    const plane = makePlane(problem, random);
    const whole = await values(problem, plane, large);
    const partial: Record<string, Float64Array> = {};
    let first = 0;
    for await (const { done } of computeSurface(problem, plane, large, { device: 'cpu', values: partial })) if ((first = done) > 100) break;
    expect(partial['loss']!.filter(Number.isNaN).length).toBe(255 - first);
    const before = partial['loss']!.slice();
    const seen: number[] = [];
    for await (const { indices, done } of computeSurface(problem, plane, large, { device: 'cpu', values: partial })) {
      seen.push(...indices);
      expect(done).toBe(first + seen.length);
    }
    expect(seen.every((index) => Number.isNaN(before[index]))).toBe(true);
    expect(new Set(seen).size).toBe(255 - first);
    expect(partial).toEqual(whole);
  });

  it('stops between two batches of data when its signal is aborted, and keeps what has arrived', async () => {
    const problem = mlpProblem();
    const controller = new AbortController();
    const found: Record<string, Float64Array> = {};
    const running = (async () => {
      for await (const { done } of computeSurface(problem, makePlane(problem, random), large, { device: 'cpu', values: found, signal: controller.signal })) {
        if (done >= 5) controller.abort(new Error('stopped by the user'));
      }
    })();
    await expect(running).rejects.toThrow('stopped by the user');
    expect(found['loss']!.filter((value) => !Number.isNaN(value)).length).toBeGreaterThanOrEqual(5);
    expect(found['loss']!.some(Number.isNaN)).toBe(true);
  });

  it('gives the same values when memory allows to keep nothing', async () => {
    const problem = cnnProblem();
    const plane = makePlane(problem, random);
    expect(worst((await values(problem, plane, square9, { device: 'cpu', memory: 1 }))['loss']!, (await values(problem, plane, square9))['loss']!)).toBeLessThan(1e-6);
  });

  it('estimates the points it would compute', async () => {
    const problem = mlpProblem();
    const { points, seconds, memoryBytes } = await estimateSurface(problem, makePlane(problem, random), square9, { device: 'cpu' });
    expect(points).toBe(72);
    expect(seconds).toBeGreaterThan(0);
    expect(memoryBytes).toBeGreaterThan(16 * 16 * 3 * 4);
  });
});
