import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadDataset, generate, tableRows } from '#core/data';
import { createRun, evaluateRun, executeRun, openRun, readMetrics, readRunFile, runPaths, type ExecutionEvent } from '#core/runs';
import { small, temporaryHome } from './samples';

const home = temporaryHome();

const withoutTime = (folder: string): unknown[] => readMetrics(runPaths(folder).metrics).map(({ t: _, ...rest }) => rest);
const last = (folder: string): Buffer => readFileSync(runPaths(folder).weights('last'));
const long = { training: { epochs: 60, batchSize: 8 } };

/** Trains until at least this step is told, then stops. */
async function trainUntil(folder: string, step: number): Promise<void> {
  const abort = new AbortController();
  const onEvent = (event: ExecutionEvent): void => {
    if (event.kind === 'steps' && (event.records.at(-1)?.step ?? 0) >= step) abort.abort();
  };
  await executeRun(folder, { signal: abort.signal, onEvent });
  expect(readRunFile(folder).state).toBe('stopped');
}

describe('a disk that fills while training', () => {
  it.skipIf(!existsSync('/dev/full'))('stops the run, says so, and loses nothing that was there', async () => {
    const folder = createRun(small(long));
    const paths = runPaths(folder);
    await trainUntil(folder, 100);
    const before = { weights: last(folder), metrics: withoutTime(folder) };
    // Every write to the metrics now finds the disk full.
    renameSync(paths.metrics, `${paths.metrics}.kept`);
    symlinkSync('/dev/full', paths.metrics);
    await expect(executeRun(folder)).rejects.toMatchObject({
      code: 'run.disk-full', message: `The disk is full: ${paths.metrics} could not be written.`, hint: expect.stringContaining('resume the run') as string,
    });
    expect(readRunFile(folder)).toMatchObject({ state: 'failed', error: { code: 'run.disk-full' } });
    expect(last(folder)).toEqual(before.weights);
    unlinkSync(paths.metrics);
    renameSync(`${paths.metrics}.kept`, paths.metrics);
    expect(withoutTime(folder)).toEqual(before.metrics);
    await executeRun(folder);
    const through = createRun(small(long));
    await executeRun(through);
    expect(last(folder)).toEqual(last(through));
    expect(withoutTime(folder)).toEqual(withoutTime(through));
  });

  const tiny = join(home, 'tiny');
  mkdirSync(tiny);
  const mounted = process.getuid?.() === 0 && spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=96k', 'tmpfs', tiny]).status === 0;
  it.skipIf(!mounted)('keeps the last checkpoint that fitted, on a file system that is really full', async () => {
    try {
      const folder = createRun(small(long), { out: join(tiny, 'run') });
      await expect(executeRun(folder)).rejects.toMatchObject({ code: 'run.disk-full' });
      const kept = runPaths(folder);
      expect(readdirSync(kept.checkpoints).filter((name) => name.endsWith('.tmp'))).toEqual([]);
      // Elsewhere, with room, it goes on.
      const copy = join(home, 'copy');
      cpSync(folder, copy, { recursive: true });
      rmSync(join(copy, 'lock.json'), { force: true });
      await executeRun(copy);
      const through = createRun(small(long));
      await executeRun(through);
      expect(last(copy)).toEqual(last(through));
    } finally {
      spawnSync('umount', [tiny]);
    }
  });
});

describe('a run folder that is removed while training', () => {
  it('ends the training with the reason', async () => {
    const folder = createRun(small(long));
    const onEvent = (event: ExecutionEvent): void => {
      if (event.kind === 'steps') rmSync(folder, { recursive: true, force: true });
    };
    await expect(executeRun(folder, { onEvent })).rejects.toMatchObject({ code: 'run.folder-gone', hint: expect.stringContaining('moved or removed') as string });
  });
});

describe('data that are removed or changed', () => {
  async function table(name: string): Promise<{ path: string; specification: ReturnType<typeof small> }> {
    const source = await generate({ use: 'moons', count: 200 });
    if (source.kind !== 'table') throw new Error('a table is expected');
    const { columns, rows } = tableRows(source, 0, source.rows);
    const path = join(home, name);
    writeFileSync(path, [columns, ...rows].map((row) => `${row.join(',')}\n`).join(''));
    return { path, specification: small({ ...long, data: { source: { path } } }) };
  }

  it('does not disturb a training that has read them; going on later says which file is gone, and loses nothing', async () => {
    const { path, specification } = await table('gone.csv');
    const folder = createRun(specification);
    const abort = new AbortController();
    let steps = 0;
    const contents = readFileSync(path);
    await executeRun(folder, {
      signal: abort.signal,
      onEvent(event) {
        if (event.kind !== 'steps') return;
        rmSync(path, { force: true });
        steps += event.records.length;
        if (steps > 200) abort.abort();
      },
    });
    expect(readRunFile(folder).state).toBe('stopped');
    const before = last(folder);
    await expect(executeRun(folder)).rejects.toMatchObject({ name: 'UserError', message: expect.stringContaining(path) as string });
    expect(last(folder)).toEqual(before);
    writeFileSync(path, contents);
    const { file } = await executeRun(folder);
    expect(file.state).toBe('finished');
  });

  it('refuses to go on with other data, and to judge by them unasked', async () => {
    const { path, specification } = await table('changed.csv');
    const folder = createRun(specification);
    await trainUntil(folder, 50);
    writeFileSync(path, `${readFileSync(path, 'utf8')}9,9,upper\n`);
    await expect(executeRun(folder)).rejects.toMatchObject({ code: 'run.data-changed' });
    await expect(openRun(folder)).rejects.toMatchObject({ code: 'run.data-changed' });
  });
});

describe('a loss that is no longer finite', () => {
  it('ends the run with the step and what to try; the last good checkpoint is whole and finite', async () => {
    const folder = createRun(small({ optimizer: { use: 'sgd', learningRate: 1000, momentum: 0.99 }, training: { epochs: 50, batchSize: 8 } }));
    await expect(executeRun(folder)).rejects.toMatchObject({
      code: 'train.diverged', message: expect.stringMatching(/^.+ at step \d+ \(epoch \d+\): training stopped$/) as string, hint: expect.stringContaining('lower learning rate') as string,
    });
    const { state, error } = readRunFile(folder);
    expect(state).toBe('failed');
    const step = Number(/at step (\d+)/.exec(error?.message ?? '')?.[1]);
    const told = readMetrics(runPaths(folder).metrics).filter(({ kind }) => kind === 'step');
    expect(told.at(-1)?.step).toBe(step - 1);
    const { loss } = await evaluateRun(await openRun(folder), { on: 'train', checkpoint: 'last' });
    expect(Number.isFinite(loss)).toBe(true);
  });
});

describe('other mistakes', () => {
  it('an output folder that holds something is left alone', () => {
    const out = join(home, 'mine');
    mkdirSync(out);
    writeFileSync(join(out, 'thesis.txt'), 'three years');
    expect(() => createRun(small(), { out })).toThrow(expect.objectContaining({ code: 'run.folder-not-empty' }) as Error);
    expect(readdirSync(out)).toEqual(['thesis.txt']);
  });

  it('a specification that does not fit the data leaves no folder behind', async () => {
    const specification = small({ training: { epochs: 1, batchSize: 4096 } });
    const data = await loadDataset(specification.data);
    const out = join(home, 'never');
    expect(() => createRun(specification, { out, data })).toThrow('4096 is larger than the training part (210 examples)');
    expect(existsSync(out)).toBe(false);
  });

  it('a folder that is no run, and a run that was damaged, say so', async () => {
    await expect(openRun(home)).rejects.toMatchObject({ code: 'run.not-a-run' });
    const folder = createRun(small());
    writeFileSync(runPaths(folder).run, '{"basin":1');
    await expect(openRun(folder)).rejects.toMatchObject({ code: 'json.invalid', message: expect.stringContaining('run.json is not JSON') as string });
  });

  it('a checkpoint that is not there names those that are', async () => {
    const folder = createRun(small({ training: { epochs: 1, batchSize: 32 } }));
    await expect(openRun(folder).then((run) => run.weights('last'))).rejects.toMatchObject({ code: 'run.no-checkpoint', hint: 'The run has not been started yet.' });
    await executeRun(folder);
    expect(() => runPaths(folder)).not.toThrow();
    await expect(openRun(folder).then((run) => run.weights(5))).rejects.toMatchObject({ hint: 'There are: init, last, best, 0, 7.' });
  });
});
