import { describe, expect, it } from 'vitest';
import { div, grad, spec, trace, type Tensor } from '#core/graph';
import { BandTrainer, barrier, BendTrainer, distanceBetween, evaluatePath, lengths, pointAt, WeightEvaluator, type WeightPath, type Weights } from '#core/landscape';
import { compile } from '#core/runtime';
import { circularValley, onCircle, ringsProblem, trained, valleyLoss } from './problems';

const device = { device: 'cpu', threads: 1 } as const;
const places = Float64Array.from({ length: 41 }, (_, i) => i / 40);
const line = (start: Weights, end: Weights): WeightPath => ({ shape: 'polygon', points: [start, end] });
const valleyBarrier = (path: WeightPath): number => barrier(places, Float64Array.from(places, (t) => valleyLoss(pointAt(path, t)['w']!))).aboveLine;

describe('shapes', () => {
  const [a, b, c] = [{ w: Float32Array.of(0, 0) }, { w: Float32Array.of(2, 4) }, { w: Float32Array.of(4, 0) }];

  it('a Bezier curve is the written-out formula, a chain is two straight lines, and both begin and end at the very weights', () => {
    const bezier: WeightPath = { shape: 'bezier', points: [a, b, c] };
    const chain: WeightPath = { shape: 'polygon', points: [a, b, c] };
    for (const t of places) {
      expect(Array.from(pointAt(bezier, t)['w']!)).toEqual([4 * t, 8 * t * (1 - t)].map((value) => expect.closeTo(value, 6) as number));
      expect(Array.from(pointAt(chain, t)['w']!)).toEqual([4 * t, t < 0.5 ? 8 * t : 8 - 8 * t].map((value) => expect.closeTo(value, 6) as number));
    }
    for (const path of [bezier, chain]) {
      expect(pointAt(path, 0)['w']).toBe(a.w);
      expect(pointAt(path, 1)['w']).toBe(c.w);
    }
  });

  it('lengths: of a chain exactly, of a parabola by its closed form', () => {
    expect(lengths({ shape: 'polygon', points: [a, b, c] }, places).at(-1)).toBeCloseTo(2 * Math.sqrt(20), 9);
    expect(distanceBetween(a, c)).toBe(4);
    // x' = 4, y' = 8 - 16 t: the integral of 4 sqrt(1 + (2 - 4 t)^2) over 0..1.
    const exact = 2 * Math.sqrt(5) + Math.asinh(2);
    expect(lengths({ shape: 'bezier', points: [a, b, c] }, places).at(-1)).toBeCloseTo(exact, 4);
  });
});

it('barriers by both definitions', () => {
  const found = barrier(Float64Array.of(0, 0.25, 1), Float64Array.of(1, 4, 3));
  expect(found).toEqual({ aboveLine: 2.5, at: 0.25, aboveMean: 2, highest: 4, mean: 0.25 * 2.5 + 0.75 * 3.5 });
  expect(barrier(Float64Array.of(0, 0.5, 1), Float64Array.of(1, 0, 2)).aboveLine).toBe(0);
  expect(barrier(Float64Array.of(0, 0.5, 1), Float64Array.of(1, Infinity, 2)).aboveLine).toBe(Infinity);
  // On the line itself, up to its rounding: two of 69 examples wrong everywhere is no barrier.
  expect(barrier(Float64Array.from({ length: 61 }, (_, i) => i / 60), new Float64Array(61).fill(2 / 69))).toMatchObject({ aboveLine: 0, at: 0 });
  expect(barrier(Float64Array.of(0, 0.5, 1), Float64Array.of(1, 1 + 1e-12, 1)).aboveLine).toBeCloseTo(1e-12, 15);
});

describe('a valley bent around a hill', () => {
  for (const seed of [0, 1, 2, 3, 4]) {
    it(`is found by a Bezier curve and by a band, seed ${seed}`, async () => {
      const [start, end] = [onCircle(15 + 4 * seed), onCircle(160 + 3 * seed)];
      const straight = valleyBarrier(line(start, end));
      expect(straight).toBeGreaterThan(0.7);
      const problem = circularValley();
      const training = { epochs: 300, batchSize: 4, learningRate: 0.05, momentum: 0.9, seed };
      const bezier = await trained(await BendTrainer.create(problem, 'bezier', start, end, training, device));
      expect(valleyBarrier(bezier)).toBeLessThan(0.05 * straight);
      const band = await trained(await BandTrainer.create(problem, problem, start, end, { ...training, pivots: 3, cycles: 4, spring: 0.5 }, device));
      expect(valleyBarrier(band)).toBeLessThan(0.05 * straight);
      // The band follows the arc: its length is that of the circle between the ends, a little less for its straight pieces.
      const arc = ((145 - seed) * Math.PI) / 180;
      expect(lengths(band, places).at(-1)! / arc).toBeGreaterThan(0.95);
      expect(lengths(band, places).at(-1)! / arc).toBeLessThan(1.02);
    });
  }

  it('a chain with one bend goes around it too', async () => {
    const [start, end] = [onCircle(15), onCircle(160)];
    const training = { epochs: 400, batchSize: 4, learningRate: 0.05, momentum: 0.9, seed: 0 };
    const chain = await trained(await BendTrainer.create(circularValley(), 'chain', start, end, training, device));
    expect(valleyBarrier(chain)).toBeLessThan(0.3 * valleyBarrier(line(start, end)));
  });

  for (const kind of ['bezier', 'band'] as const) {
    it(`${kind}: stopped and continued it takes the same steps`, async () => {
      const [start, end, problem] = [onCircle(20), onCircle(150), circularValley()];
      const training = { epochs: 40, batchSize: 4, learningRate: 0.05, momentum: 0.9, seed: 3 };
      const create = (state?: Awaited<ReturnType<BendTrainer['state']>>) =>
        kind === 'bezier' ? BendTrainer.create(problem, kind, start, end, training, device, state) : BandTrainer.create(problem, problem, start, end, { ...training, pivots: 3, cycles: 4, spring: 0.5 }, device, state);
      const whole = await trained(await create());
      const first = await create();
      while (first.step < 25) await first.advance();
      const state = await first.state();
      await first.dispose();
      expect((await trained(await create(state))).points).toEqual(whole.points);
    });
  }
});

describe('two trained networks', () => {
  for (const seed of [0, 1, 2]) {
    it(`from different weights are joined by a curve of lower loss than the line, seed ${seed}`, async () => {
      const problem = ringsProblem(0);
      const [start, end] = await Promise.all([10 * seed + 1, 10 * seed + 2].map(minimum)) as [Weights, Weights];
      const evaluated = async (path: WeightPath): Promise<number> => {
        const values = new Float64Array(places.length);
        for await (const point of evaluatePath({ train: problem }, path, places, [...places.keys()], device)) values[point.index] = point.values['train']!['loss']!;
        return barrier(places, values).aboveLine;
      };
      const straight = await evaluated(line(start, end));
      const training = { epochs: 40, batchSize: 16, learningRate: 0.2, momentum: 0.9, seed };
      const bezier = await evaluated(await trained(await BendTrainer.create(problem, 'bezier', start, end, training, device)));
      expect(straight).toBeGreaterThan(0.03);
      expect(bezier).toBeLessThan(0.5 * straight);
    });
  }

  it('along the line the values are those of the mixed weights', async () => {
    const [start, end] = [1, 2].map((seed) => parameters(ringsProblem(seed))) as [Weights, Weights];
    const problem = ringsProblem(0);
    const evaluator = await WeightEvaluator.create(problem, { device: 'reference' });
    for await (const { index, values } of evaluatePath({ train: problem }, line(start, end), Float64Array.of(0, 0.3, 1), [0, 1, 2], device)) {
      const t = [0, 0.3, 1][index]!;
      const mixed = Object.fromEntries(Object.entries(start).map(([name, data]) => [name, data.map((value, i) => (1 - t) * value + t * end[name]![i]!)]));
      expect(values['train']!['loss']).toBeCloseTo((await evaluator.evaluate(mixed))['loss']!, 5);
    }
    await evaluator.dispose();
  });
});

const parameters = (problem: ReturnType<typeof ringsProblem>): Weights => Object.fromEntries(Object.entries(problem.parameters).map(([name, { data }]) => [name, data]));

/** Gradient descent with momentum on all examples at once, from the weights of a seed. */
async function minimum(seed: number): Promise<Weights> {
  const problem = ringsProblem(seed, 96);
  const { x, y, mask } = problem.batches[0]!;
  const specs = Object.fromEntries(Object.entries(problem.parameters).map(([name, { shape }]) => [name, spec(shape)]));
  const batch = { x: spec([96, 2]), y: spec([96], 'int32'), mask: spec([96]) };
  const program = await compile(trace((args: { parameters: Record<string, Tensor>; batch: { x: Tensor; y: Tensor; mask: Tensor } }) =>
    grad((weights: Record<string, Tensor>) => div(problem.evaluate(weights, {}, args.batch)['loss']!, 96))(args.parameters), { parameters: specs, batch }), device);
  let weights = parameters(problem);
  const velocity = Object.fromEntries(Object.entries(weights).map(([name, data]) => [name, new Float32Array(data.length)]));
  for (let step = 0; step < 80; step++) {
    const gradient = await program.run({ ...Object.fromEntries(Object.entries(weights).map(([name, data]) => [`parameters.${name}`, data])), 'batch.x': x, 'batch.y': y, 'batch.mask': mask });
    const slopes = Object.fromEntries(await Promise.all(Object.entries(gradient).map(async ([name, array]) => [name, (await array.read()) as Float32Array] as const)));
    weights = Object.fromEntries(Object.entries(weights).map(([name, data]) => [name, data.map((value, i) => value - 0.3 * (velocity[name]![i] = 0.9 * velocity[name]![i]! + slopes[name]![i]!))]));
  }
  await program.dispose();
  return weights;
}
