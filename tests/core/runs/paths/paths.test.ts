import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { barriersOf, exportPath, knownPoints, pathFormats, permutationSpecification, permuteWeights, randomPermutations, WeightEvaluator, type PathResult } from '#core/landscape';
import { readSafetensors, writeSafetensors } from '#core/nn';
import { computeRunPath, computeRunSurface, createRun, estimateRunPath, evaluateRun, executeRun, listPaths, openRun, openRunPath, pathRequestSchema, pathWeightsFile, removePath, runPaths, surfaceRequestSchema, writeAtomically, type RunPathEvent } from '#core/runs';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { landscapeProblem } from '../../../../core/runs/surfaces/problem';
import { small, temporaryHome } from '../samples';

const folder = temporaryHome();
const runs: string[] = [];

beforeAll(async () => {
  for (const seed of [0, 1]) {
    const made = createRun(small({ name: `moons-${seed}`, seed, model: { use: 'mlp', widths: [24, 24], norm: 'batch' }, optimizer: { use: 'adam', learningRate: 0.02 } }));
    await executeRun(made);
    runs.push(made);
  }
});

async function finish(from: string, asked: object): Promise<{ id: string; result: PathResult; events: RunPathEvent[] }> {
  const events: RunPathEvent[] = [];
  for await (const event of computeRunPath(await openRun(from), pathRequestSchema.parse(asked), { program: 'test' })) events.push(event);
  const last = events.at(-1)!;
  if (last.kind !== 'end') throw new Error('no end');
  return { id: last.id, result: last.result, events };
}

describe('a path between two runs', () => {
  it('a Bezier curve is lower than the line; it is kept, listed, opened, exported and removed', async () => {
    const [line, bezier] = [await finish(runs[0]!, { to: { run: runs[1]! }, kind: 'line', points: 21 }), await finish(runs[0]!, { to: { run: runs[1]! }, points: 21, epochs: 40 })];
    const height = ({ result }: { result: PathResult }): number => barriersOf(result)['train']!['loss']!.aboveLine;
    // As the run was trained, where nothing is asked for.
    expect(bezier.result.recipe.training!.batchSize).toBe(32);
    expect(height(line)).toBeGreaterThan(0.05);
    expect(height(bezier)).toBeLessThan(0.5 * height(line));
    expect(Object.keys(line.result.values)).toEqual(['train', 'test']);
    expect(line.result.distance.at(-1)! / line.result.straight).toBeCloseTo(1, 6);
    expect(bezier.result.distance.at(-1)!).toBeGreaterThan(bezier.result.straight);
    const kept = openRunPath(runs[0]!, bezier.id);
    expect(kept).toEqual(bezier.result);
    expect((await listPaths(runs[0]!)).map(({ id, complete }) => [id, complete])).toContainEqual([bezier.id, true]);
    for (const format of pathFormats) expect((await exportPath(kept, format)).length).toBeGreaterThan(500);
    const [head, first] = new TextDecoder().decode(await exportPath(kept, 'csv')).split('\n');
    expect(head).toBe('t,distance,train loss,train error,test loss,test error');
    expect(first!.split(',').map(Number)).toEqual([0, 0, ...['train', 'test'].flatMap((split) => ['loss', 'error'].map((name) => kept.values[split]![name]![0]!))]);
    removePath(runs[0]!, line.id);
    expect(() => openRunPath(runs[0]!, line.id)).toThrow(`The run has no path "${line.id}".`);
  });

  it('is estimated with as many evaluations as it makes', async () => {
    const asked = { to: { run: runs[1]! }, kind: 'line', points: 11, seed: 5 };
    const cost = vi.spyOn(WeightEvaluator.prototype, 'evaluationSeconds', 'get').mockReturnValue(1e6);
    const { evaluateSeconds, trainSeconds, alignSeconds } = await estimateRunPath(await openRun(runs[0]!), pathRequestSchema.parse(asked), { program: 'test' });
    cost.mockRestore();
    expect(alignSeconds).toBe(0);
    const aligned = await estimateRunPath(await openRun(runs[0]!), pathRequestSchema.parse({ ...asked, align: true }), { program: 'test' });
    expect(aligned.alignSeconds).toBeGreaterThan(0);
    // Reading the runs and writing the files are counted, too.
    expect(aligned.seconds).toBeGreaterThan(aligned.alignSeconds + aligned.trainSeconds + aligned.evaluateSeconds);
    const evaluate = vi.spyOn(WeightEvaluator.prototype, 'evaluate');
    await finish(runs[0]!, asked);
    expect(Math.floor(evaluateSeconds / 1e6)).toBe(evaluate.mock.calls.length);
    expect(trainSeconds).toBe(0);
    evaluate.mockRestore();
  });

  it('lies whole in the plane through its ends and its bend, and is drawn there', async () => {
    const { id, result } = await finish(runs[0]!, { to: { run: runs[1]! }, points: 21, epochs: 40, batchSize: 32 });
    const request = surfaceRequestSchema.parse({ plane: 'through', others: [{ run: runs[1]! }, { run: runs[0]!, checkpoint: `path:${id}/1` }], grid: [2, 2], batchNorm: 'recalibrated' });
    for await (const event of computeRunSurface(await openRun(runs[0]!), request, { program: 'test' })) {
      if (event.kind !== 'end') continue;
      const { steps, residual, points, values } = event.surface.trajectory!;
      expect([steps[0], steps.at(-1), steps.length]).toEqual([0, 1, 41]);
      expect(Math.max(...residual)).toBeLessThan(1e-3 * result.straight);
      expect(points.at(-2)).toBeCloseTo(result.straight, 3);
      expect(values['loss']![20]).toBeCloseTo(result.values['train']!['loss']![10]!, 5);
    }
  });

  it('a run can begin at its middle, with the statistics of BatchNorm taken there', async () => {
    const { id, result } = await finish(runs[0]!, { to: { run: runs[1]! }, points: 21, epochs: 40, batchSize: 32 });
    const made = createRun(small({ name: 'from the middle', seed: 0, model: { use: 'mlp', widths: [24, 24], norm: 'batch' }, weights: { file: pathWeightsFile(runs[0]!, id, 'midpoint') }, training: { epochs: 1, batchSize: 32 } }));
    await executeRun(made);
    const { loss } = await evaluateRun(await openRun(made), { on: 'train', checkpoint: 'init' });
    expect(loss).toBeCloseTo(result.values['train']!['loss']![10]!, 5);
  });

  it('stopped amid its steps and asked for again, it ends with the very same values', async () => {
    for (const kind of ['bezier', 'band'] as const) {
      const asked = pathRequestSchema.parse({ to: { run: runs[1]! }, kind, points: 9, epochs: 8, batchSize: 32, seed: 5 });
      const whole = await finish(runs[0]!, asked);
      removePath(runs[0]!, whole.id);
      const abort = new AbortController();
      let seen = 0;
      const stopped = async (): Promise<void> => {
        for await (const event of computeRunPath(await openRun(runs[0]!), asked, { program: 'test', signal: abort.signal })) if (event.kind !== 'align' && ++seen === 30) abort.abort();
      };
      await expect(stopped()).rejects.toThrow('aborted');
      const again = await finish(runs[0]!, asked);
      expect(again.result).toEqual(whole.result);
      expect(again.events.length).toBeLessThan(whole.events.length);
      expect(knownPoints(again.result)).toBe(9);
    }
  });

  it('refuses what are no two ends, and another network', async () => {
    await expect(finish(runs[0]!, { to: { run: runs[0]! } })).rejects.toThrow('has the same weights as the start');
    const other = createRun(small({ name: 'other', model: { use: 'mlp', widths: [6] } }));
    await executeRun(other);
    await expect(finish(runs[0]!, { to: { run: other } })).rejects.toThrow('is another network');
    await expect(finish(runs[0]!, { to: { run: runs[1]! }, learningRate: 1e30, epochs: 3 })).rejects.toThrow('no longer finite');
  });
});

it('aligned with a copy of itself whose units are in another order, the barrier is gone', async () => {
  const run = await openRun(runs[0]!);
  const { tensors } = run.weights('last');
  const problem = landscapeProblem(run.parts, run.data, tensors, { split: 'train', subset: null, batchNorm: 'evaluation' });
  const symmetry = permutationSpecification(problem);
  const permuted = permuteWeights(Object.fromEntries(Object.entries(tensors).map(([name, { data }]) => [name, data as Float32Array])), symmetry, randomPermutations(symmetry, 3));
  const copy = join(folder, 'permuted');
  cpSync(runs[0]!, copy, { recursive: true });
  const file = runPaths(copy).weights('last');
  const { metadata } = readSafetensors(readFileSync(file));
  writeAtomically(file, writeSafetensors(Object.fromEntries(Object.entries(tensors).map(([name, { shape }]) => [name, { shape, data: permuted[name]! }])), metadata));
  const asked = { to: { run: copy }, kind: 'line', points: 5 };
  const [straight, aligned] = [await finish(runs[0]!, asked), await finish(runs[0]!, { ...asked, align: true })];
  expect(barriersOf(straight.result)['train']!['loss']!.aboveLine).toBeGreaterThan(0.05);
  expect(barriersOf(aligned.result)['train']!['loss']!.aboveLine).toBe(0);
  expect(aligned.result.alignment).toMatchObject({ distanceAfter: 0, groups: 2, kept: [] });
  // Both ends are one function: the same values to rounding.
  const values = straight.result.values['test']!['loss']!;
  expect(values.at(-1)).toBeCloseTo(values[0]!, 5);
});
