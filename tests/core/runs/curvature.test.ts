import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readSafetensors } from '#core/nn';
import {
  answerRunCurvature, createRun, curvatureCsv, curvatureRequestSchema, estimateRunCurvature, executeRun, listRunCurvature, openCurvatureTensors, openRun, openRunCurvature, removeRunCurvature, reportOf,
  type CurvatureEvent, type CurvatureRequest, type OpenRun,
} from '#core/runs';
import { parameterGroups } from '../../../core/runs/curvature/problem';
import { small, temporaryHome } from './samples';

describe('curvature kept with its run', () => {
  const folder = join(temporaryHome(), 'run');
  let run: OpenRun;

  beforeAll(async () => {
    createRun(small({ model: { use: 'mlp', widths: [6] }, training: { epochs: 3, batchSize: 32 } }), { out: folder });
    await executeRun(folder, { threads: 1 });
    run = await openRun(folder, { threads: 1 });
  });

  const ask = (request: Partial<CurvatureRequest>, more: { again?: boolean; signal?: AbortSignal; onEvent?: (event: CurvatureEvent) => void } = {}) =>
    answerRunCurvature(run, curvatureRequestSchema.parse({ top: 2, bottom: 1, trace: 'xtrace', products: 12, density: true, byLayer: true, ...request }), { program: 'test', ...more });
  const timeless = <T extends { seconds: number }>({ seconds: _, ...rest }: T): Omit<T, 'seconds'> => rest;

  it('is computed once, read afterwards with the same figures and events, and computed again when that is wished', async () => {
    const told: CurvatureEvent[] = [];
    const first = await ask({}, { onEvent: (event) => told.push(event) });
    expect(first.kept).toBe(false);
    expect(Object.keys(first.report.layers!)).toEqual(['layers.0', 'layers.2']);
    const heard: CurvatureEvent[] = [];
    const second = await ask({}, { onEvent: (event) => heard.push(event) });
    expect(second).toEqual({ ...first, kept: true, report: { ...first.report, seconds: second.report.seconds } });
    expect(heard.some(({ kind }) => kind === 'progress')).toBe(false);
    const lastOf = (events: CurvatureEvent[]) => new Map(events.flatMap((event) => (event.kind === 'figures' ? [[event.layer, event.figures] as const] : [])));
    expect(lastOf(heard)).toEqual(lastOf(told));
    expect((await ask({ seed: 1 })).id).not.toBe(first.id);
    // The last weights by their step are the same weights: nothing is computed twice.
    expect(await ask({ checkpoint: run.weights('last').step })).toMatchObject({ id: first.id, kept: true });
    const again = await ask({}, { again: true });
    expect(again.kept).toBe(false);
    expect(timeless(again.report)).toEqual(timeless(first.report));
  });

  it('goes on where it was stopped, with the figures of an uninterrupted one', async () => {
    const whole = await ask({ seed: 7 });
    removeRunCurvature(folder, whole.id);
    const stop = new AbortController();
    await expect(ask({ seed: 7 }, { signal: stop.signal, onEvent: (event) => void (event.kind === 'figures' && event.layer === 'layers.0' && event.figures.trace && stop.abort()) })).rejects.toThrow();
    expect((await listRunCurvature(folder))[0]).toMatchObject({ id: whole.id, complete: false });
    expect(openRunCurvature(folder, whole.id).layers['layers.0']!.density).toBeUndefined();
    let parts = 0;
    const rest = await ask({ seed: 7 }, { onEvent: (event) => void (event.kind === 'figures' && parts++) });
    // Whole, first layer as known; then the first layer's density and the second layer's three figures.
    expect(parts).toBe(2 + 1 + 3);
    expect(timeless(rest.report)).toEqual(timeless(whole.report));
    expect((await listRunCurvature(folder))[0]).toMatchObject({ id: whole.id, complete: true });
  });

  it('keeps eigenvectors as tensors of the parameters\' shapes, of length one', async () => {
    const { id } = await ask({ vectors: true, density: false, trace: null });
    const { tensors } = readSafetensors(readFileSync(join(run.paths.curvature(id), 'vectors.safetensors')));
    expect(tensors['largest.1.layers.0.weight']!.shape).toEqual([6, 2]);
    const length = Object.entries(tensors).filter(([name]) => name.startsWith('smallest.0.')).reduce((sum, [, { data }]) => sum + Array.from(data as Float32Array).reduce((s, v) => s + v * v, 0), 0);
    expect(length).toBeCloseTo(1, 5);
    expect((await listRunCurvature(folder)).find((listing) => listing.id === id)!.tensors).toEqual(['vectors']);
    expect(Buffer.from(openCurvatureTensors(folder, id, 'vectors'))).toEqual(readFileSync(join(run.paths.curvature(id), 'vectors.safetensors')));
    expect(() => openCurvatureTensors(folder, id, 'diagonal')).toThrow('The diagonal was not kept');
    expect(() => openCurvatureTensors(folder, 'none', 'vectors')).toThrow('no curvature "none"');
  });

  it('tells a damaged file by its name, lists the others, and removes what is asked', async () => {
    const { id } = await ask({ density: false, trace: null, byLayer: false });
    const path = join(run.paths.curvature(id), 'result.json');
    writeFileSync(path, readFileSync(path).subarray(0, 300));
    expect(() => openRunCurvature(folder, id)).toThrow(path);
    expect((await listRunCurvature(folder)).some((listing) => listing.id === id)).toBe(false);
    await expect(ask({ density: false, trace: null, byLayer: false })).rejects.toMatchObject({ code: 'curvature.damaged' });
    expect((await ask({ density: false, trace: null, byLayer: false }, { again: true })).kept).toBe(false);
    removeRunCurvature(folder, id);
    expect(existsSync(run.paths.curvature(id))).toBe(false);
    expect(() => removeRunCurvature(folder, '../..')).toThrow(/no curvature/);
  });

  it('leaves nothing behind of a request that cannot be answered', async () => {
    const before = (await listRunCurvature(folder)).length;
    await expect(ask({ layers: ['nowhere'] })).rejects.toMatchObject({ code: 'curvature.layer' });
    await expect(ask({ top: 0, bottom: 0, trace: null, density: false })).rejects.toMatchObject({ code: 'curvature.nothing' });
    for (const choice of [{ byLayer: true }, { byLayer: false, byBlock: true }, { byLayer: false, parameters: ['*.weight'] }, { byLayer: false, layers: ['layers.0'] }, { byLayer: false, kinds: 'weights' as const }]) {
      await expect(ask({ operator: 'input-hessian', ...choice })).rejects.toMatchObject({ code: 'curvature.input' });
    }
    expect(await listRunCurvature(folder)).toHaveLength(before);
  });

  it('follows the training: each checkpoint has the figures of that checkpoint asked for alone, the last one without a second computation', async () => {
    const asked = { density: false, top: 1, bottom: 0, trace: null, byLayer: true } as const;
    const { report, id } = await ask({ ...asked, over: 'all' });
    const steps = [0, ...run.trajectorySteps().filter((step) => step > 0)];
    expect(report.path!.map(({ step }) => step)).toEqual(steps);
    expect(report.points!.map(({ step }) => step)).toEqual(steps);
    const alone = (await ask({ ...asked, checkpoint: steps[1]! })).report;
    expect(report.points![1]!.figures!.eigenvalues).toEqual(alone.eigenvalues);
    expect(report.points![1]!.layers).toEqual(alone.layers);
    expect(report.points!.at(-1)!.layers).toEqual(report.layers);
    expect(openRunCurvature(folder, id).points).toEqual(report.points);
    const rows = curvatureCsv(report).trimEnd().split('\n').slice(1).map((line) => line.split(','));
    expect(rows).toHaveLength(steps.length * 3);
    const [step, , layer, quantity, rank, value] = rows.find((row) => row[0] === String(steps[1]) && row[2] === 'layers.2')!;
    expect([step, layer, quantity, rank]).toEqual([String(steps[1]), 'layers.2', 'largest', '1']);
    expect(Number(value)).toBe(alone.layers!['layers.2']!.eigenvalues!.largest[0]!.value);
    expect((await ask({ ...asked, over: 2 })).report.path!.map(({ step }) => step)).toEqual([0, steps.at(-1)]);
  });

  it('takes the parameters that fit a pattern, and parts that share them out', async () => {
    const plain = { density: false, top: 0, bottom: 0, trace: null, frobenius: true, byLayer: false } as const;
    expect((await ask({ ...plain, parameters: ['layers.*.weight'] })).report.dimension).toBe(2 * 6 + 6 * 2);
    await expect(ask({ ...plain, parameters: ['layer.*'] })).rejects.toMatchObject({ code: 'curvature.parameters' });
    await expect(ask({ ...plain, byLayer: true, byBlock: true })).rejects.toMatchObject({ code: 'curvature.groups' });
    const names = ['conv1.weight', 'layer1.0.conv1.weight', 'layer1.0.bn1.bias', 'layer1.10.conv1.weight', 'fc.bias'];
    const parameters = Object.fromEntries(names.map((name) => [name, { data: new Float32Array(1), shape: [1], kind: 'weight' as const }]));
    const groups = parameterGroups({ parameters }, () => true, { byLayer: false, byBlock: true });
    expect(groups.map(({ name, select }) => [name, names.filter((each) => select(each, parameters[each]!)).length])).toEqual([['conv1', 1], ['layer1.0', 2], ['layer1.10', 1], ['fc', 1]]);
  });

  it('every eigenvalue, with trace, norm, density and ends that follow from them, kept and written', async () => {
    const { report, id } = await ask({ all: true, byLayer: false });
    const { values, rounding, negative, zero, positive } = report.spectrum!;
    expect(values).toHaveLength(32);
    expect(negative + zero + positive).toBe(32);
    expect(report.eigenvalues!.largest.map(({ value }) => value)).toEqual([values[31], values[30]]);
    expect(report.eigenvalues!.smallest[0]!.value).toBe(values[0]);
    expect(report.trace!.value).toBeCloseTo(values.reduce((sum, value) => sum + value, 0), 10);
    expect(report.density).toMatchObject({ algorithm: 'whole matrix', largest: values[31], lower: report.density!.upper });
    const other = (await ask({ trace: null, density: false, byLayer: false, tolerance: 1e-6 })).report.eigenvalues!;
    expect(Math.abs(other.largest[0]!.value - values[31]!)).toBeLessThan(rounding + other.largest[0]!.residual);
    expect(Math.abs(other.smallest[0]!.value - values[0]!)).toBeLessThan(rounding + other.smallest[0]!.residual);
    expect(reportOf(openRunCurvature(folder, id)).spectrum).toEqual(report.spectrum);
    const rows = curvatureCsv(report).split('\n').filter((line) => line.includes(',eigenvalue,'));
    expect(rows).toHaveLength(32);
    expect(Number(rows[31]!.split(',')[5])).toBe(values[31]);
    // With their vectors, which are Lanczos' work.
    const kept = await ask({ all: true, vectors: true, byLayer: false });
    expect(kept.report.eigenvalues!.algorithm).toMatch(/^lanczos/);
    expect((await listRunCurvature(folder)).find((listing) => listing.id === kept.id)!.tensors).toEqual(['vectors']);
  });

  it('finds eigenvalues by each algorithm, the condition number of a definite matrix, and the diagonal, as the whole matrix has them', async () => {
    const plain = { trace: null, density: false, byLayer: false } as const;
    const { spectrum, condition: indefinite } = (await ask({ ...plain, all: true })).report;
    const values = Array.from(spectrum!.values);
    expect(values[0]).toBeLessThan(0);
    expect(indefinite!.reason).toMatch(/indefinite/);
    const searched = { ...plain, tolerance: 1e-4, maxIterations: 400 };
    const lobpcg = (await ask({ ...searched, algorithm: 'lobpcg' })).report.eigenvalues!;
    expect(lobpcg).toMatchObject({ converged: true, algorithm: 'lobpcg' });
    lobpcg.largest.forEach(({ value, residual }, i) => expect(Math.abs(value - values.at(-1 - i)!)).toBeLessThan(residual + spectrum!.rounding));
    expect(Math.abs(lobpcg.smallest[0]!.value - values[0]!)).toBeLessThan(lobpcg.smallest[0]!.residual + spectrum!.rounding);
    const power = (await ask({ ...searched, algorithm: 'power', top: 1, bottom: 0 })).report.eigenvalues!;
    expect(power).toMatchObject({ converged: true, algorithm: 'power iteration', smallest: [] });
    expect(Math.abs(power.largest[0]!.value - values.at(-1)!)).toBeLessThan(power.largest[0]!.residual + spectrum!.rounding);
    await expect(ask({ ...plain, algorithm: 'power', top: 2 })).rejects.toMatchObject({ code: 'curvature.algorithm' });
    await expect(ask({ ...plain, algorithm: 'lobpcg', reorthogonalization: 'selective' })).rejects.toMatchObject({ code: 'curvature.algorithm' });

    // J J' of fewer outputs than there are parameters is definite.
    const kernel = (await ask({ ...plain, operator: 'tangent-kernel', subset: 4, all: true, top: 1, bottom: 1 })).report;
    const [low, high] = [kernel.spectrum!.values[0]!, kernel.spectrum!.values.at(-1)!];
    expect(kernel.condition!.value!).toBeCloseTo(high / low, 6);
    expect(kernel.condition!.interval![0]).toBeLessThan(high / low);

    // A diagonal adds up to the trace, within what its entries may be off.
    const { report, id } = await ask({ ...plain, top: 0, bottom: 0, diagonal: true, products: 400 });
    const { tensors } = readSafetensors(readFileSync(join(run.paths.curvature(id), 'diagonal.safetensors')));
    expect(tensors['value.layers.0.weight']!.shape).toEqual([6, 2]);
    const entries = (of: string): number[] => Object.entries(tensors).filter(([name]) => name.startsWith(`${of}.`)).flatMap(([, { data }]) => Array.from(data as Float64Array));
    expect(entries('value')).toHaveLength(32);
    const sum = entries('value').reduce((a, b) => a + b, 0);
    expect(report.diagonal!.mean).toBeCloseTo(sum / 32, 12);
    expect(Math.abs(sum - values.reduce((a, b) => a + b, 0))).toBeLessThan(4 * Math.hypot(...entries('standardError')));
    expect(curvatureCsv(report)).toMatch(/,diagonal-mean,,/);
  });

  it('an estimate counts products: of each matrix, at each checkpoint, up to the iterations that are allowed', async () => {
    const cost = (asked: Partial<CurvatureRequest>) => estimateRunCurvature(run, curvatureRequestSchema.parse({ top: 1, ...asked }));
    // 32 parameters: 21 products are usual, a full basis and the one that measures the rounding are the most.
    expect(await cost({})).toMatchObject({ products: 21, matrices: 1, examples: run.data.train.count });
    expect((await cost({ trace: 'xtrace', products: 12, density: true, top: 0 })).products).toBe(12 + 8 * 32);
    expect((await cost({ all: true })).products).toBe(32);
    // Lanczos keeps every vector; a block of LOBPCG residuals, last steps and images, and what it finds.
    const memory = async (asked: Partial<CurvatureRequest>) => (await cost(asked)).memoryBytes;
    expect(await memory({}) - await memory({ maxIterations: 5 })).toBe(4 * 32 * (33 - 6));
    expect(await memory({ algorithm: 'lobpcg', top: 3 }) - await memory({ algorithm: 'lobpcg', top: 2 })).toBe(4 * 32 * (1 + 6));
    const path = await cost({ byLayer: true, over: 'all', density: true, maxIterations: 5 });
    const moments = 1 + run.trajectorySteps().filter((step) => step > 0).length;
    expect(path).toMatchObject({ matrices: 3 * (1 + moments), products: 3 * (6 * (1 + moments) + 8 * 32) });
    expect(path.seconds).toBeGreaterThan(0);
    expect(path.mostSeconds).toBeGreaterThanOrEqual(path.seconds);
    await expect(cost({ layers: ['nowhere'] })).rejects.toMatchObject({ code: 'curvature.layer' });
  });

  it('a mini-batch is as many examples, evaluated together', async () => {
    expect((await ask({ batch: 16, density: false, trace: null, byLayer: false })).report.examples).toBe(16);
  });
});
