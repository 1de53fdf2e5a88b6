import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  computeRunSurface, createRun, evaluateRun, executeRun, exportRun, openRun, readGroupMetrics, readMembers, readRunFile, runPaths, surfaceRequestSchema,
  type ExecutionEvent,
} from '#core/runs';
import { readSafetensors } from '#core/nn';
import { small, temporaryHome } from '../samples';

temporaryHome();

const population = { seeds: 3, vary: { 'optimizer.learningRate': [0.05, 0.2] } };
const withoutTime = (folder: string, group = 0): unknown[] => readGroupMetrics(runPaths(runPaths(folder).group(group)).metrics).map(({ t: _, ...rest }) => rest);
const bytes = (folder: string, name: 'last' | 'best', group = 0): Buffer => readFileSync(runPaths(runPaths(folder).group(group)).weights(name));

describe('a run of a population', () => {
  it('trains every member, and says in members.json and run.json how each came out', async () => {
    const folder = createRun(small({ population }));
    const { file } = await executeRun(folder, { threads: 1 });
    expect(file).toMatchObject({ state: 'finished', population: { members: 6, groups: 1, diverged: 0 } });
    const { members } = readMembers(runPaths(folder))!;
    expect(members.map(({ seed, values }) => [seed, values['optimizer.learningRate']])).toEqual([[0, 0.05], [1, 0.05], [2, 0.05], [0, 0.2], [1, 0.2], [2, 0.2]]);
    const accuracies = members.map(({ results }) => results!['test']!['accuracy']!);
    const mean = accuracies.reduce((a, b) => a + b, 0) / 6;
    const deviation = Math.sqrt(accuracies.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 5);
    const { mean: told, deviation: spread, least, greatest, count } = file.population!.summary!['test']!['accuracy']!;
    expect([told, spread]).toEqual([expect.closeTo(mean, 12), expect.closeTo(deviation, 12)]);
    expect({ least, greatest, count }).toEqual({ least: Math.min(...accuracies), greatest: Math.max(...accuracies), count: 6 });
  });

  it('gives members that are what an ordinary run of their own specification gives', async () => {
    const folder = createRun(small({ population: { ...population, dataOrder: 'own' } }));
    await executeRun(folder, { threads: 1 });
    const alone = createRun(small({ seed: 1, optimizer: { use: 'sgd', learningRate: 0.2 } }));
    await executeRun(alone, { threads: 1 });
    const [member, single] = [await openRun(folder, { member: 4 }), await openRun(alone)];
    for (const name of ['last', 'best', 7] as const) {
      const [own, whole] = [member.weights(name), single.weights(name)];
      for (const [tensor, { data }] of Object.entries(whole.tensors)) {
        const values = own.tensors[tensor]!.data as Float32Array;
        (data as Float32Array).forEach((value, i) => expect(Math.abs(values[i]! - value)).toBeLessThan(2e-5));
      }
      expect(own.step).toBe(whole.step);
    }
    const judged = await Promise.all([member, single].map((run) => evaluateRun(run, { on: 'test', checkpoint: 'last' })));
    expect(judged[0]!.confusion).toEqual(judged[1]!.confusion);
    expect(judged[0]!.loss).toBeCloseTo(judged[1]!.loss, 5);
    expect(judged[0]!.loss).toBeCloseTo(readMembers(runPaths(folder))!.members[4]!.results!['test']!['loss']!, 6);
    // An exported member is an ordinary file of weights.
    const { tensors } = readSafetensors(exportRun(member, 'safetensors', 'last').bytes, 'the export');
    expect(tensors['layers.0.weight']!.shape).toEqual([16, 2]);
    const request = surfaceRequestSchema.parse({ grid: [3, 3], plane: 'trajectory' });
    for await (const event of computeRunSurface(member, request, { program: 'test' })) {
      if (event.kind !== 'end') continue;
      const { loss } = await evaluateRun(member, { on: 'train', checkpoint: 'last' });
      expect(Math.abs(event.surface.centre['loss']! - loss) / loss).toBeLessThan(1e-5);
      expect(event.surface.recipe.run.member).toBe(4);
    }
  });

  it('gives the same whatever the groups are', async () => {
    const folders = [null, 4].map((groupSize) => createRun(small({ population: { ...population, groupSize }, training: { epochs: 2, batchSize: 32 } })));
    for (const folder of folders) await executeRun(folder, { threads: 1 });
    expect(folders.map((folder) => readRunFile(folder).population!.groups)).toEqual([1, 2]);
    const weights = await Promise.all(folders.map(async (folder) => (await openRun(folder, { member: 5 })).weights('last').tensors));
    for (const tensors of weights.slice(1)) {
      for (const [name, { data }] of Object.entries(tensors)) {
        const values = weights[0]![name]!.data as Float32Array;
        (data as Float32Array).forEach((value, i) => expect(Math.abs(values[i]! - value)).toBeLessThan(1e-6));
      }
    }
  });

  it('stopped and gone on with, ends as one that ran through', async () => {
    const training = { epochs: 6, batchSize: 32 };
    const make = (): string => createRun(small({ population: { ...population, groupSize: 3 }, training }));
    const through = make();
    await executeRun(through, { threads: 1 });
    const stopped = make();
    for (const stopAt of [5, 50]) {
      const abort = new AbortController();
      const onEvent = (event: ExecutionEvent): void => {
        if (event.kind === 'steps' && (event.records.at(-1)?.step ?? 0) >= stopAt) abort.abort();
      };
      const { file } = await executeRun(stopped, { threads: 1, signal: abort.signal, onEvent });
      if (file.state === 'finished') break;
      expect(file.state).toBe('stopped');
    }
    if (readRunFile(stopped).state !== 'finished') await executeRun(stopped, { threads: 1 });
    for (const group of [0, 1]) {
      for (const name of ['last', 'best'] as const) expect(bytes(stopped, name, group).equals(bytes(through, name, group))).toBe(true);
      expect(withoutTime(stopped, group)).toEqual(withoutTime(through, group));
    }
    expect(readMembers(runPaths(stopped))).toEqual(readMembers(runPaths(through)));
  });

  it('asks which member is meant', async () => {
    const folder = createRun(small({ population: { seeds: 2 }, training: { epochs: 1, batchSize: 32 } }));
    await expect(openRun(folder, { member: 0 })).rejects.toMatchObject({ code: 'run.no-checkpoint' });
    await executeRun(folder, { threads: 1 });
    await expect(openRun(folder)).rejects.toMatchObject({ code: 'run.population' });
    await expect(openRun(folder, { member: 2 })).rejects.toMatchObject({ code: 'run.no-member' });
    const { members } = readMembers(runPaths(folder))!;
    const best = members.reduce((a, b) => (b.results!['validation']!['accuracy']! > a.results!['validation']!['accuracy']! ? b : a));
    expect((await openRun(folder, { member: 'best' })).member).toBe(best.member);
    expect(existsSync(runPaths(folder).metrics)).toBe(false);
  });
});
