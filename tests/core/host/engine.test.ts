import { once } from 'node:events';
import { fork, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createORPCClient } from '@orpc/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CurvatureEvent, HostClient, RunEvent, RunState, SurfaceEvent } from '../../../core/host/client';
import type { FromEngine, ToEngine } from '../../../core/host/serve/engine-process';
import type { Channel } from '../../../core/host/transport/channel';
import { ClientPeer } from '../../../core/host/transport/client-peer';
import { codec } from '../../../core/host/transport/codec';
import type { ClientMessage, ServerMessage } from '../../../core/host/transport/message';
import { bundle } from './bundle';

let folder: string;
let engine: ChildProcess;
let client: HostClient;

/** The window's end of the engine's pipe. */
function channelTo(child: ChildProcess): Channel<ClientMessage, ServerMessage> {
  const tell = (message: ToEngine): void => void child.send(message);
  tell({ kind: 'open', connection: 1 });
  return {
    send: (message) => tell({ kind: 'frame', connection: 1, frame: codec.encode(message) }),
    onMessage: (listener) => child.on('message', (message: FromEngine) => {
      if (message.kind === 'frame') listener(codec.decode(message.frame) as ServerMessage);
    }),
    onClose: (listener) => child.once('exit', () => listener('the engine ended')),
    close: () => tell({ kind: 'close', connection: 1 }),
  };
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'basin-engine-'));
  const entry = await bundle(join(import.meta.dirname, '../../../core/host/engine.ts'), 'engine');
  engine = fork(entry, [], { serialization: 'advanced', env: { ...process.env, BASIN_HOME: join(folder, 'home'), BASIN_SHELL: 'web' } });
  client = createORPCClient(new ClientPeer(channelTo(engine)));
});
afterAll(async () => {
  const exited = once(engine, 'exit');
  engine.send({ kind: 'shutdown' });
  expect(await exited).toEqual([0, null]);
  rmSync(folder, { recursive: true, force: true });
});

const specification = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({
  name: 'moons',
  data: { source: { generator: { use: 'moons', count: 300, noise: 0.15 } } },
  model: { use: 'mlp', widths: [16, 16] },
  training: { epochs: 5, batchSize: 32 },
  ...changes,
});

async function follow(id: string, until: RunState): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  for await (const event of await client.runs.watch({ id })) {
    events.push(event);
    if (event.kind === 'state' && event.state === until) break;
  }
  return events;
}

describe('the engine', () => {
  it('says what it is', async () => {
    const info = await client.app.info();
    expect(info).toMatchObject({ version: '0.1.0', shell: 'web', dataFolder: join(folder, 'home') });
    expect((await client.devices.list()).map(({ id }) => id)).toContain('cpu');
    expect((await client.blocks.list()).map(({ slot }) => slot)).toContain('optimizers');
    expect((await client.generators.list()).map(({ use }) => use)).toContain('moons');
    expect(await client.specifications.schema()).toMatchObject({ title: 'Basin run specification' });
  });

  it('keeps settings, and refuses wrong ones', async () => {
    expect(await client.app.settings.set({ theme: 'dark' })).toMatchObject({ theme: 'dark', device: 'auto' });
    expect((await client.app.settings.get()).theme).toBe('dark');
    expect(await client.app.settings.set({ keepPrograms: true })).toMatchObject({ keepPrograms: true });
    await expect(client.app.settings.set({ concurrentRuns: 3 as 2 })).rejects.toMatchObject({ code: 'contract.input', ours: false });
  });

  it('says what compiled programs take, and removes them', async () => {
    const { folder: where } = await client.app.programs.size();
    expect(where).toBe(join(folder, 'home/cache/programs'));
    mkdirSync(where, { recursive: true });
    writeFileSync(join(where, `${'0'.repeat(64)}.program`), 'ten bytes.');
    expect((await client.app.programs.size()).bytes).toBeGreaterThanOrEqual(10);
    expect(await client.app.programs.clear()).toMatchObject({ programs: 0, bytes: 0 });
  });

  it('opens a table: columns, rows, proposal, and what training would see', async () => {
    const path = join(folder, 'flowers.csv');
    const rows = Array.from({ length: 60 }, (_, i) => `${(i % 7) * 0.5},${i % 3 === 0 ? '' : i},${i % 2 ? 'red' : 'blue'}`);
    writeFileSync(path, `length,size,colour\n${rows.join('\n')}\n`);
    const opened = await client.datasets.open({ path });
    expect(opened).toMatchObject({ kind: 'table', rows: 60, proposal: { target: 'colour', task: 'classification' } });
    expect(opened.columns.map(({ name, role, missing }) => [name, role, missing])).toEqual([['length', 'feature', 0], ['size', 'feature', 20], ['colour', 'target', 0]]);
    const page = await client.datasets.rows({ id: opened.id, offset: 58, limit: 10 });
    expect(page).toMatchObject({ total: 60, offset: 58 });
    expect(page.rows).toHaveLength(2);
    const seen = await client.datasets.describe({ data: opened.specification });
    expect(seen).toMatchObject({ task: 'classification', input: 'table' });
    expect(seen.split.train + seen.split.validation + seen.split.test).toBe(60);
    expect((await client.datasets.recent())[0]).toMatchObject({ id: opened.id, path });
    const proposed = await client.specifications.propose({ data: opened.specification });
    expect(await client.specifications.check({ specification: proposed })).toMatchObject({ ok: true, issues: [] });
    await expect(client.datasets.open({ path: join(folder, 'none.csv') })).rejects.toMatchObject({ ours: false, message: expect.stringContaining('none.csv') as string });
  });

  it.each([
    [{ optimizer: { use: 'sgd', learningrate: 0.1 } }, ['optimizer'], 'unknown field "learningrate": did you mean "learningRate"?'],
    [{ optimizer: { use: 'sgd', learningRate: -1 } }, ['optimizer', 'learningRate'], 'must be above 0, got -1'],
    [{ training: { batchSize: 4096 } }, ['training', 'batchSize'], '4096 is larger than the training part (210 examples)'],
    [{ loss: 'mean-squared-error' }, ['loss'], expect.stringContaining('is for regression and reconstruction; this run is classification') as string],
    [{ device: 'cuba' }, ['device'], expect.stringContaining('unknown device "cuba"') as string],
    [{ data: { source: { path: '/nowhere/x.csv' } } }, ['data'], expect.stringContaining('/nowhere/x.csv') as string],
  ])('names the field that is wrong: %j', async (changes, path, message) => {
    const { ok, issues } = await client.specifications.check({ specification: specification(changes) });
    expect(ok).toBe(false);
    expect(issues[0]).toMatchObject({ path, message });
    await expect(client.runs.create({ specification: specification(changes) })).rejects.toMatchObject({ ours: false });
  });

  it('trains a run and tells everything; a late watcher gets the same', async () => {
    const { ok, parameters, estimate } = await client.specifications.check({ specification: specification() });
    expect(ok).toBe(true);
    expect(parameters).toBe(354);
    expect(estimate?.seconds).toBeGreaterThan(0);
    const { id } = await client.runs.create({ specification: specification(), start: true });
    const events = await follow(id, 'finished');
    const steps = events.flatMap((event) => (event.kind === 'steps' ? [...(event.columns['step'] ?? [])] : []));
    expect(steps).toEqual(Array.from({ length: 35 }, (_, i) => i + 1));
    const late = await follow(id, 'finished');
    expect(late.flatMap((event) => (event.kind === 'steps' ? [...(event.columns['step'] ?? [])] : []))).toEqual(steps);
    const metrics = await client.runs.metrics({ id });
    expect(metrics.step.columns['loss']).toBeInstanceOf(Float64Array);
    expect(metrics.epoch.columns['epoch']).toEqual(Float64Array.of(1, 2, 3, 4, 5));
    const details = await client.runs.get({ id });
    expect(details.summary).toMatchObject({ state: 'finished', title: 'moons, mlp', epochs: { done: 5, total: 5 } });
    expect(details.summary.spark).toHaveLength(5);
    expect(details.checkpoints.map(({ name }) => name)).toEqual(['init', 'last', 'best', 0, 7, 14, 21, 28, 35]);
    expect(details.results?.parts['test']).toHaveProperty('accuracy');
    const evaluation = await client.runs.evaluation({ id, split: 'test' });
    expect(evaluation.confusion).toBeInstanceOf(Int32Array);
    expect(evaluation.confusion?.reduce((sum, n) => sum + n, 0)).toBe(60);
    expect(evaluation.loss).toBeCloseTo(details.results?.parts['test']?.['loss'] ?? NaN, 6);
    const boundary = await client.runs.boundary({ id, resolution: 16 });
    for (let i = 0; i < 256; i++) expect(boundary.values[i]! + boundary.values[256 + i]!).toBeCloseTo(1, 5);
    const { name, bytes } = await client.runs.export({ id, format: 'safetensors' });
    expect(name).toBe('moons-last.safetensors');
    expect(bytes.length).toBeGreaterThan(354 * 4);
  });

  it('pauses, resumes and stops while the contract goes on answering', async () => {
    const long = specification({ training: { epochs: 100_000, batchSize: 8 }, name: 'long' });
    const { id } = await client.runs.create({ specification: long, start: true });
    const other = await client.runs.create({ specification: specification({ name: 'waits' }), start: true });
    await follow(id, 'running');
    expect((await client.runs.get({ id: other.id })).summary.state).toBe('queued');
    await client.runs.pause({ id });
    await follow(id, 'paused');
    await client.runs.resume({ id });
    await follow(id, 'running');
    await expect(client.runs.remove({ id: 'nothing' })).rejects.toMatchObject({ code: 'run.unknown' });
    await client.runs.stop({ id });
    expect((await client.runs.get({ id })).summary.state).toBe('stopped');
    await follow(other.id, 'finished');
    const branch = await client.runs.branch({ id, checkpoint: 'last', changes: { training: { epochs: 2, batchSize: 32 } }, start: true });
    await follow(branch.id, 'finished');
    await client.runs.remove({ id });
    expect((await client.runs.list()).map((run) => run.id)).not.toContain(id);
  });

  it('computes a surface as a stream; left early, it is kept and continued', async () => {
    const run = (await client.runs.list()).find(({ state, name }) => state === 'finished' && name === 'moons')?.id ?? '';
    const request = { run, grid: [15, 15] as [number, number], subset: 100 };
    const estimate = await client.surfaces.estimate(request);
    expect(estimate).toMatchObject({ points: 225, examples: 100 });
    expect(await client.series.estimate({ request, moments: 2 })).toMatchObject({ points: 450, examples: 100, slices: 2, doneSlices: 0 });
    await expect(client.series.followEstimate({ request })).rejects.toMatchObject({ code: 'surface.follow.ended' });
    let id = '';
    let known = 0;
    for await (const event of await client.surfaces.compute(request)) {
      if (event.kind === 'start') id = event.surface.id;
      if (event.kind === 'points') known = event.done;
      if (known > 20) break;
    }
    const events: SurfaceEvent[] = [];
    for await (const event of await client.surfaces.compute(request)) events.push(event);
    const [first] = events;
    expect(first?.kind === 'start' && first.surface.done).toBeGreaterThanOrEqual(20);
    const end = events.at(-1);
    if (end?.kind !== 'end') throw new Error('the surface did not end');
    expect(end.surface).toMatchObject({ id, done: 225, total: 225 });
    expect(end.surface.values['loss']?.every(Number.isFinite)).toBe(true);
    expect((await client.surfaces.list({ run }))[0]).toMatchObject({ id, grid: [15, 15], done: 225 });
    const again = await client.surfaces.get({ run, id });
    expect(again.values['loss']).toEqual(end.surface.values['loss']);
    const csv = await client.surfaces.export({ run, id, format: 'csv' });
    expect(new TextDecoder().decode(csv.bytes).split('\n').length).toBeGreaterThan(225);
    await client.surfaces.remove({ run, id });
    expect(await client.surfaces.list({ run })).toEqual([]);
    await expect(client.surfaces.get({ run, id: '../..' })).rejects.toMatchObject({ code: 'surface.unknown' });
  });

  it('tells curvature as it is found; left early, the next question is answered', async () => {
    const run = (await client.runs.list()).find(({ state, name }) => state === 'finished' && name === 'moons')?.id ?? '';
    // More than it would have time for: 200 eigenvalues of each of three layers.
    for await (const event of await client.curvature.compute({ run, top: 200, maxIterations: 2000, tolerance: 1e-12, byLayer: true })) {
      if (event.kind === 'progress') break;
    }
    const events: CurvatureEvent[] = [];
    for await (const event of await client.curvature.compute({ run, operator: 'gauss-newton', top: 2, trace: 'xtrace', density: true, byLayer: true, subset: 60 })) events.push(event);
    expect([events[0]?.kind, events.at(-1)?.kind]).toEqual(['start', 'end']);
    expect(events[0]).toMatchObject({ head: { examples: 60, operator: 'gauss-newton', run: { id: run } } });
    // The last that is told of a matrix is all of it.
    const found = new Map(events.flatMap((event) => (event.kind === 'figures' ? [[event.layer, event.figures] as const] : [])));
    const [whole, ...layers] = [...found.values()];
    expect([...found.keys()]).toEqual([null, 'layers.0', 'layers.2', 'layers.4']);
    expect(layers.reduce((sum, { dimension }) => sum + dimension, 0)).toBe(whole!.dimension);
    // The blocks on the diagonal share out the trace, and none has a larger eigenvalue than the whole (Cauchy's interlacing).
    expect(layers.reduce((sum, { trace }) => sum + trace!.value, 0) / whole!.trace!.value).toBeCloseTo(1, 2);
    for (const { eigenvalues } of layers) expect(eigenvalues!.largest[0]!.value).toBeLessThanOrEqual(whole!.eigenvalues!.largest[0]!.value * (1 + 1e-5));
    expect(whole!.density!.grid).toBeInstanceOf(Float64Array);
    await expect((async () => {
      for await (const event of await client.curvature.compute({ run, layers: ['nowhere'] })) expect(event).toBeUndefined();
    })()).rejects.toMatchObject({ code: 'curvature.layer' });
  });

  it('computes every eigenvalue in float64 where it is asked to, beside those of float32', async () => {
    const run = (await client.runs.list()).find(({ state, name }) => state === 'finished' && name === 'moons')?.id ?? '';
    const [single, double] = await Promise.all([false, true].map(async (float64) => {
      const events: CurvatureEvent[] = [];
      for await (const event of await client.curvature.compute({ run, layers: ['layers.4'], all: true, top: 3, subset: 40, float64 })) events.push(event);
      const start = events.find((event) => event.kind === 'start')!;
      const { eigenvalues } = events.findLast((event) => event.kind === 'figures')!.figures;
      return { id: events.findLast((event) => event.kind === 'end')!.id, device: start.head.device, largest: eigenvalues!.largest };
    }));
    expect([single!.device, double!.device]).toEqual(['cpu', 'reference']);
    expect(single!.id).not.toBe(double!.id);
    double!.largest.forEach(({ value, residual }, i) => {
      expect(Math.abs(single!.largest[i]!.value - value)).toBeLessThan(1e-4 * double!.largest[0]!.value);
      expect(residual).toBeLessThan(1e-9 * double!.largest[0]!.value);
    });
  });

  it('tells a diverging training with its step, and keeps the last good checkpoint', async () => {
    const wild = specification({ name: 'wild', optimizer: { use: 'sgd', learningRate: 1000, momentum: 0.9 }, training: { epochs: 50, batchSize: 8 } });
    const { id } = await client.runs.create({ specification: wild, start: true });
    await follow(id, 'failed');
    const { error, checkpoints } = await client.runs.get({ id });
    expect(error).toMatchObject({ code: 'train.diverged', message: expect.stringMatching(/at step \d+ \(epoch \d+\): training stopped/) as string, hint: expect.stringContaining('lower learning rate') as string });
    expect(checkpoints.map(({ name }) => name)).toContain('last');
  });

  it('ends cleanly in the middle of a surface: its code is checked after all', async () => {
    const run = (await client.runs.list()).find(({ state, name }) => state === 'finished' && name === 'moons')?.id ?? '';
    const events = (await client.surfaces.compute({ run, grid: [151, 151] }))[Symbol.asyncIterator]();
    let event = await events.next();
    while (!event.done && event.value.kind !== 'points') event = await events.next();
    expect(event.done).toBe(false);
  });
});
