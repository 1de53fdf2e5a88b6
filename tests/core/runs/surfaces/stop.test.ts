import { InferenceSession } from 'onnxruntime-node';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { loadDataset } from '#core/data';
import { Philox } from '#core/graph';
import { BandTrainer, BendTrainer, evaluateCentre, makePlane, PlaneEvaluator, type LandscapeProblem, type PathTrainer, type Weights } from '#core/landscape';
import { composeRun } from '#core/runs';
import type { StateTensor } from '#core/train';
import { landscapeProblem, type ProblemOptions } from '../../../../core/runs/surfaces/problem';
import { small, temporaryHome } from '../samples';

/** Operations that one run may take: few, so that a small network has to be cut. */
const longest = vi.hoisted(() => ({ operations: Infinity }));
vi.mock('../../../../core/runtime/longest-run', () => ({ longestRun: () => longest.operations }));

temporaryHome();

const options = { device: 'cpu', threads: 1 } as const;
const specification = small({ model: { use: 'mlp', widths: [16, 16, 16], norm: 'batch' }, data: { source: { generator: { use: 'moons', count: 120, noise: 0.2, seed: 1 } } }, training: { epochs: 1, batchSize: 16 } });
const data = await loadDataset(specification.data);
const parts = composeRun(specification, data);
const weights = (seed: number): Record<string, StateTensor> => Object.fromEntries(Object.entries({ ...parts.model.parameters, ...parts.model.buffers }).map(([name, { shape }]) => {
  const draws = new Philox(seed, name).normals(shape.reduce((a, b) => a * b, 1));
  return [name, { shape: [...shape], data: name.endsWith('running_var') ? draws.map((z) => 0.5 + z * z) : draws.map((z) => z / 3) }];
}));
const problemOf = (given: Partial<ProblemOptions>): LandscapeProblem => landscapeProblem(parts, data, weights(1), { split: 'train', subset: null, batchNorm: 'batch', ...given });
const end = (seed: number): Weights => Object.fromEntries(Object.keys(parts.model.parameters).map((name) => [name, weights(seed)[name]!.data as Float32Array]));

/** Aborts within the n-th of the programs' runs from now on, and counts them. */
function stopIn(run: number): { signal: AbortSignal; runs: () => number } {
  const stop = new AbortController();
  // Its type names the factory only.
  const { prototype } = InferenceSession as unknown as { prototype: InferenceSession };
  const original = prototype.run;
  const runs = vi.spyOn(prototype, 'run').mockImplementation(function (this: InferenceSession, ...feeds: unknown[]) {
    if (runs.mock.calls.length === run) stop.abort(new Error('enough'));
    return (original as (...feeds: unknown[]) => ReturnType<typeof original>).apply(this, feeds);
  });
  return { signal: stop.signal, runs: () => runs.mock.calls.length };
}

afterEach(() => {
  vi.restoreAllMocks();
  longest.operations = Infinity;
});

/** Fewer than a batch of the network takes by some ten times. */
const FEW = 10_000;

describe.each(['batch', 'recalibrated'] as const)('a surface with BatchNorm in mode %s', (batchNorm) => {
  const problem = problemOf({ batchNorm });
  const plane = makePlane(problem, { kind: 'random', seed: 3, normalization: 'filter', include: 'weights', orthogonal: false });
  const points = Float64Array.of(0, 0, 0.3, -0.2, -0.5, 0.4);
  const each = async (evaluator: PlaneEvaluator) => {
    const losses: number[] = [];
    for (let i = 0; i < points.length; i += 2) losses.push((await evaluator.evaluate(points.subarray(i, i + 2)))['loss']![0]!);
    return losses;
  };

  it('is heard before the next run of a program, and has the same values in parts', async () => {
    const whole = PlaneEvaluator.create(problem, plane, { ...options, mostPoints: 1 });
    const expected = await each(whole);
    await whole.dispose();
    longest.operations = FEW;
    const cut = PlaneEvaluator.create(problem, plane, options);
    expect(cut.population).toBe(1);
    const found = await each(cut);
    expect(found).toEqual(expected.map((loss) => expect.closeTo(loss, 5) as number));
    for (const run of [2, 5]) {
      const { signal, runs } = stopIn(run);
      await expect(cut.evaluate(points.subarray(0, 2), { signal })).rejects.toThrow('enough');
      expect(runs()).toBe(run);
      vi.restoreAllMocks();
    }
    expect(await each(cut)).toEqual(found);
    await cut.dispose();
  });

  it('so is its centre', async () => {
    const expected = await evaluateCentre(problem, options);
    longest.operations = FEW;
    expect((await evaluateCentre(problem, options))['loss']).toBeCloseTo(expected['loss']!, 5);
    const { signal, runs } = stopIn(3);
    await expect(evaluateCentre(problem, { ...options, signal })).rejects.toThrow('enough');
    expect(runs()).toBe(3);
  });
});

describe.each(['bezier', 'band'] as const)('a step of a path, %s', (kind) => {
  const problem = problemOf({ batchSize: 32 });
  const training = { epochs: 2, batchSize: 32, learningRate: 0.05, momentum: 0.9, seed: 2 };
  const create = (): Promise<PathTrainer> => kind === 'bezier'
    ? BendTrainer.create(problem, kind, end(1), end(2), training, options)
    : BandTrainer.create(problem, problem, end(1), end(2), { ...training, pivots: 2, cycles: 2, spring: 0.5 }, options);
  const walked = async (trainer: PathTrainer) => {
    while (trainer.step < trainer.steps) await trainer.advance();
    return (await trainer.path()).points;
  };

  it('is heard before the next run of a program; the step is then not done, and what follows is the same', async () => {
    const whole = await create();
    const expected = await walked(whole);
    await whole.dispose();
    longest.operations = FEW;
    const straight = await create();
    const found = await walked(straight);
    await straight.dispose();
    expect(found).toHaveLength(expected.length);
    found.forEach((point, i) => Object.entries(point).forEach(([name, data]) => expect(Math.max(...data.map((value, at) => Math.abs(value - expected[i]![name]![at]!))), name).toBeLessThan(1e-4)));
    const stopped = await create();
    // At a step where the band is looked through for new pivots, too.
    for (const step of [1, stopped.steps / 2]) {
      while (stopped.step < step) await stopped.advance();
      for (const run of [1, 4, 9]) {
        const { signal, runs } = stopIn(run);
        await expect(stopped.advance(signal)).rejects.toThrow('enough');
        expect(runs()).toBe(run);
        expect(stopped.step).toBe(step);
        vi.restoreAllMocks();
      }
    }
    expect(await walked(stopped)).toEqual(found);
    await stopped.dispose();
  });
});
