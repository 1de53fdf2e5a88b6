import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadDataset } from '#core/data';
import { readSafetensors } from '#core/nn';
import {
  compareRuns, composeRun, computeRunCurvature, computeRunMeasures, createRun, curvatureRequestSchema, estimateTraining, executeRun, measuresCsv, measuresRequestSchema, openRun, readMeasures, readMetrics, resolveRun, runPaths,
} from '#core/runs';
import { small, temporaryHome } from './samples';

temporaryHome();
// 210 training examples in batches of 30: 7 steps an epoch, 28 in all, in chunks of several steps where nothing is measured.
const training = { epochs: 4, batchSize: 30 };
const model = { use: 'mlp', widths: [8], activation: 'tanh' };
const measure = [
  { use: 'hessian-top', every: 5, count: 2, tolerance: 1e-3, subset: 100, seed: 3 }, { use: 'hessian-bottom', every: 14, subset: 100, seed: 3, tolerance: 1e-3 },
  { use: 'hessian-trace', everyEpochs: 2, subset: 100, seed: 3 }, { use: 'gradient-norm', every: 10, subset: null }, { use: 'gradient-noise-scale', every: 28 },
  'weight-norm', 'distance-from-initialization', { use: 'sam-sharpness', every: 14 }, { use: 'gauss-newton-top', every: 28, split: 'validation' }, { use: 'hessian-top', every: 28, batchNorm: 'batch' },
];
const specification = (changes: Record<string, unknown> = {}) => small({ model, training, schedule: 'constant', ...changes });
const records = (folder: string): unknown[] => readMetrics(runPaths(folder).metrics).map(({ t: _, ...rest }) => rest);
const weights = (folder: string, checkpoint: 'init' | 'last'): Float64Array => {
  const path = runPaths(folder).weights(checkpoint);
  return Float64Array.from(Object.values(readSafetensors(readFileSync(path), path).tensors).flatMap(({ data }) => Array.from(data as Float32Array)));
};

describe('measures of a run', () => {
  it('leave the training as it is, bit for bit, and are taken at their steps, first and last included', async () => {
    const [plain, measured] = [createRun(specification()), createRun(specification({ measure }))];
    await executeRun(plain, { threads: 1 });
    const told: number[] = [];
    await executeRun(measured, { threads: 1, onEvent: (event) => event.kind === 'measures' && told.push(...event.records.map(({ step }) => step)) });
    expect(readFileSync(runPaths(measured).weights('last'))).toEqual(readFileSync(runPaths(plain).weights('last')));
    expect(records(measured).filter((record) => (record as { kind: string }).kind !== 'measure')).toEqual(records(plain));
    const taken = readMeasures(measured);
    const stepsOf = (name: string): number[] => taken.filter((each) => each.name === name).map(({ step }) => step);
    expect(stepsOf('hessian-top')).toEqual([0, 5, 10, 15, 20, 25, 28]);
    expect(stepsOf('hessian-top.2')).toEqual(stepsOf('hessian-top'));
    expect(stepsOf('hessian-trace')).toEqual([0, 14, 28]);
    expect(stepsOf('weight-norm')).toEqual([0, 7, 14, 21, 28]);
    expect(stepsOf('hessian-top-2')).toEqual([0, 28]);
    expect(told).toEqual(taken.map(({ step }) => step));
    expect(compareRuns([resolveRun(plain), resolveRun(measured)]).figures.find(({ name }) => name === 'measured.weight-norm')!.values).toEqual([null, taken.findLast(({ name }) => name === 'weight-norm')!.value]);

    // What the curvature of the same weights, asked for afterwards, says.
    const request = curvatureRequestSchema.parse({ top: 2, bottom: 1, trace: 'xtrace', subset: 100, seed: 3, checkpoint: 'last' });
    const run = await openRun(measured, { threads: 1 });
    const { eigenvalues, trace } = await computeRunCurvature(run, request);
    const { gradientNorm } = await computeRunCurvature(run, { ...request, top: 1, bottom: 0, trace: null, subset: null });
    const last = (name: string) => taken.findLast((each) => each.name === name)!;
    const near = (value: number, other: number, share: number): void => expect(Math.abs(value - other)).toBeLessThan(share * Math.abs(other));
    near(last('hessian-top').value, eigenvalues!.largest[0]!.value, 1e-3);
    near(last('hessian-top.2').value, eigenvalues!.largest[1]!.value, 1e-2);
    near(last('hessian-bottom').value, eigenvalues!.smallest[0]!.value, 5e-2);
    expect(last('hessian-top')).toMatchObject({ converged: true, threshold: 2 * 1.9 / 0.1 });
    expect(last('hessian-bottom').threshold).toBeUndefined();
    near(last('hessian-trace').value, trace!.value, 0.1);
    expect(last('hessian-trace').interval).toHaveLength(2);
    near(last('gradient-norm').value, gradientNorm, 1e-4);
    const [first, now] = [weights(measured, 'init'), weights(measured, 'last')];
    near(last('weight-norm').value, Math.hypot(...now), 1e-5);
    near(last('distance-from-initialization').value, Math.hypot(...now.map((value, i) => value - first[i]!)), 1e-5);
    expect(taken.find(({ name }) => name === 'distance-from-initialization')!.value).toBe(0);
    const { results: [sharpness] } = await computeRunMeasures(run, measuresRequestSchema.parse({ measures: ['sam-sharpness'] }));
    expect(last('sam-sharpness').value).toBeGreaterThan(0);
    near(last('sam-sharpness').value, sharpness!.value!, 1e-6);
    const csv = measuresCsv(taken).trimEnd().split('\n');
    expect(csv).toHaveLength(taken.length + 1);
    expect(csv[1]).toMatch(/^,0,0,hessian-top,[\d.]+,[\d.e-]+,true,,,37.9\d+$/);
  });

  it('go on in a resumed run where they were: none twice, none left out, the same figures', async () => {
    const through = createRun(specification({ measure }));
    await executeRun(through, { threads: 1 });
    const stopped = createRun(specification({ measure }));
    for (const after of [0, 2, 4]) {
      const abort = new AbortController();
      let seen = 0;
      await executeRun(stopped, { threads: 1, signal: abort.signal, onEvent: (event) => {
        if (event.kind === 'steps' && seen++ >= after) abort.abort();
      } });
    }
    const { file } = await executeRun(stopped, { threads: 1 }).catch((error: { code?: string }) => {
      if (error.code === 'run.finished') return resolveRun(stopped);
      throw error;
    });
    expect(file.state).toBe('finished');
    expect(records(stopped)).toEqual(records(through));
  });

  it('are taken of every member of a population, as of the member alone', async () => {
    const own = [{ use: 'hessian-top', every: 14, subset: 100 }, { use: 'distance-from-initialization', every: 14 }];
    const optimizer = { use: 'sgd', learningRate: 0.1, momentum: 0 };
    const folder = createRun(specification({ measure: own, optimizer, population: { seeds: 2, vary: { 'optimizer.learningRate': [0.1, 0.3] }, dataOrder: 'own' } }));
    await executeRun(folder, { threads: 1 });
    const alone = createRun(specification({ measure: own, optimizer: { ...optimizer, learningRate: 0.3 }, seed: 1 }));
    await executeRun(alone, { threads: 1 });
    const members = readMeasures(folder);
    expect(new Set(members.map(({ member }) => member))).toEqual(new Set([0, 1, 2, 3]));
    const mine = members.filter(({ member }) => member === 3);
    const theirs = readMeasures(alone);
    expect(mine.map(({ step, name }) => [step, name])).toEqual(theirs.map(({ step, name }) => [step, name]));
    mine.forEach(({ value, threshold }, i) => {
      expect(Math.abs(value - theirs[i]!.value)).toBeLessThan(2e-3 * Math.max(1e-3, theirs[i]!.value));
      expect(threshold).toBe(theirs[i]!.threshold);
    });
  });

  it('draw no bound of stability where it would be a wrong one', async () => {
    const boundOf = async (changes: Record<string, unknown>): Promise<number | undefined> => {
      const folder = createRun(specification({ measure: [{ use: 'hessian-top', every: 7, subset: 30 }], training: { epochs: 1, batchSize: 30 }, ...changes }));
      await executeRun(folder, { threads: 1 });
      return readMeasures(folder)[0]!.threshold;
    };
    expect(await boundOf({ optimizer: { use: 'sgd', learningRate: 0.1, momentum: 0.5, nesterov: true } })).toBeCloseTo(3 / (0.1 * 2), 12);
    expect(await boundOf({ optimizer: { use: 'sam', base: { use: 'sgd', learningRate: 0.1 } } })).toBeUndefined();
    expect(await boundOf({ regularizers: ['l2'] })).toBeUndefined();
    expect(await boundOf({ model: { ...model, norm: 'batch' } })).toBeUndefined();
  });

  it('count in the estimate', async () => {
    const data = await loadDataset(small().data);
    const seconds = async (changes: Record<string, unknown>): Promise<number> => (await estimateTraining(composeRun(specification(changes), data), { device: 'cpu', threads: 1 })).seconds;
    const [without, with5, with50] = [await seconds({}), await seconds({ measure: [{ use: 'hessian-top', every: 5 }] }), await seconds({ measure: [{ use: 'hessian-top', every: 50 }] })];
    expect(with50).toBeGreaterThan(without);
    // 7 times against 2.
    expect((with5 - without) / (with50 - without)).toBeCloseTo(3.5, 6);
  });

  it.each([
    ['steps and epochs at once', [{ use: 'weight-norm', every: 3, everyEpochs: 1 }], 'measure[0].everyEpochs: is given beside "every": one of them says when it is measured'],
    ['a part that the data have not', [{ use: 'hessian-top', split: 'validation' }], 'measure[0]: The data have no validation part.'],
  ])('refuse %s', async (_, wrong, message) => {
    const specified = small({ measure: wrong, data: { source: { generator: { use: 'moons', count: 100 } }, split: { validation: 0, test: 0.2 } } });
    const data = await loadDataset(specified.data);
    expect(() => composeRun(specified, data)).toThrow(message);
  });
});
