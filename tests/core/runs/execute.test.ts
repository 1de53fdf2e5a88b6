import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  computeRunSurface, createRun, evaluateRun, executeRun, openRun, PauseSwitch, readMetrics, readRunFile, runPaths, surfaceRequestSchema,
  type ExecutionEvent,
} from '#core/runs';
import { small, temporaryHome } from './samples';

temporaryHome();

const withoutTime = (path: string): unknown[] => readMetrics(path).map(({ t: _, ...rest }) => rest);
const weights = (folder: string, name: 'init' | 'last' | 'best'): Buffer => readFileSync(runPaths(folder).weights(name));

describe('executeRun', () => {
  it('writes everything the documentation names, and the same bits for the same specification', async () => {
    const folders = [createRun(small()), createRun(small())];
    for (const folder of folders) await executeRun(folder);
    const [first = '', second = ''] = folders;
    const names = readdirSync(first, { recursive: true }).map(String).sort();
    expect(names).toEqual([
      'checkpoints', 'checkpoints/best.safetensors', 'checkpoints/init.safetensors', 'checkpoints/last.safetensors',
      'checkpoints/state-42.safetensors', 'checkpoints/trajectory',
      ...[0, 14, 21, 28, 35, 42, 7].map((step) => `checkpoints/trajectory/${step}.safetensors`),
      'log.ndjson', 'metrics.ndjson', 'run.json', 'transform.json',
    ].sort());
    const file = readRunFile(first);
    expect(file).toMatchObject({ state: 'finished', progress: { step: 42, steps: 42, epoch: 6, epochs: 6 }, parameters: 354 });
    expect(weights(first, 'last')).toEqual(weights(second, 'last'));
    expect(withoutTime(runPaths(first).metrics)).toEqual(withoutTime(runPaths(second).metrics));
  });

  it('learns', async () => {
    const folder = createRun(small({ training: { epochs: 40, batchSize: 32 }, model: { use: 'mlp', widths: [32, 32] } }));
    const { file } = await executeRun(folder);
    expect(file.results?.parts['test']?.['accuracy']).toBeGreaterThan(0.93);
  });

  it('stopped and gone on with, ends as one that ran through', async () => {
    const through = createRun(small());
    await executeRun(through);
    const stopped = createRun(small());
    for (const stopAt of [5, 20]) {
      const abort = new AbortController();
      const onEvent = (event: ExecutionEvent): void => {
        if (event.kind === 'steps' && (event.records.at(-1)?.step ?? 0) >= stopAt) abort.abort();
      };
      const { file } = await executeRun(stopped, { signal: abort.signal, onEvent });
      if (file.state === 'finished') break;
      expect(file.state).toBe('stopped');
    }
    if (readRunFile(stopped).state !== 'finished') await executeRun(stopped);
    expect(weights(stopped, 'last')).toEqual(weights(through, 'last'));
    expect(weights(stopped, 'best')).toEqual(weights(through, 'best'));
    expect(withoutTime(runPaths(stopped).metrics)).toEqual(withoutTime(runPaths(through).metrics));
  });

  it('pauses between two steps, says so, and goes on', async () => {
    const folder = createRun(small());
    const pause = new PauseSwitch();
    const states: string[] = [];
    await executeRun(folder, {
      pause,
      onEvent(event) {
        if (event.kind === 'steps' && states.length === 1) pause.pause();
        if (event.kind !== 'state') return;
        states.push(event.state);
        if (event.state !== 'paused') return;
        expect(readRunFile(folder).state).toBe('paused');
        pause.resume();
      },
    });
    expect(states).toEqual(['running', 'paused', 'running', 'finished']);
    const through = createRun(small());
    await executeRun(through);
    expect(weights(folder, 'last')).toEqual(weights(through, 'last'));
  });

  it('will not train a finished run again', async () => {
    const folder = createRun(small({ training: { epochs: 1, batchSize: 32 } }));
    await executeRun(folder);
    await expect(executeRun(folder)).rejects.toMatchObject({ code: 'run.finished' });
    expect(readRunFile(folder).state).toBe('finished');
  });

  it('lets only one at a time work on a run', async () => {
    const folder = createRun(small());
    const first = executeRun(folder);
    await expect(executeRun(folder)).rejects.toMatchObject({ code: 'run.locked', message: expect.stringContaining('is in use by this process') as string });
    const { file } = await first;
    expect(file.state).toBe('finished');
  });
});

describe('a surface of a run', () => {
  it('has at its centre the loss and accuracy of the run itself', async () => {
    const folder = createRun(small());
    await executeRun(folder);
    const run = await openRun(folder);
    for (const split of ['train', 'test'] as const) {
      const { loss, metrics } = await evaluateRun(run, { on: split, checkpoint: 'last' });
      const request = surfaceRequestSchema.parse({ grid: [3, 3], split });
      for await (const event of computeRunSurface(run, request, { program: 'test' })) {
        if (event.kind !== 'end') continue;
        const { centre, values } = event.surface;
        expect(Math.abs(centre['loss']! - loss) / loss).toBeLessThan(1e-6);
        expect(centre['accuracy']).toBeCloseTo(metrics['accuracy'] ?? NaN, 6);
        expect(Math.abs(values['loss']![4]! - loss) / loss).toBeLessThan(1e-6);
      }
    }
  });
});
