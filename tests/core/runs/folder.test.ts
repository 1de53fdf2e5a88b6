import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { UserError } from '#core/graph';
import { writeAtomically } from '../../../core/runs/folder/atomic-write';
import { epochColumns, stepColumns } from '../../../core/runs/folder/columns';
import { acquireLock, lockOwner } from '../../../core/runs/folder/lock';
import { MetricsLog, readMetrics, type EpochRecord, type StepRecord } from '../../../core/runs/folder/metrics-log';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'basin-folder-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const step = (number: number, loss = 1 / number): StepRecord =>
  ({ kind: 'step', step: number, epoch: number / 10, loss, learningRate: 0.1, gradientNorm: 2, t: number });

describe('writeAtomically', () => {
  it('replaces a file whole and leaves nothing beside it', () => {
    const path = join(folder, 'a.bin');
    writeAtomically(path, 'old');
    writeAtomically(path, Uint8Array.of(1, 2, 3));
    expect([...readFileSync(path)]).toEqual([1, 2, 3]);
    expect(readdirSync(folder)).toEqual(['a.bin']);
  });

  it.skipIf(!existsSync('/dev/full'))('says that the disk is full', () => {
    const log = MetricsLog.open('/dev/full', 0);
    expect(() => log.append([step(1)])).toThrow(expect.objectContaining({ code: 'run.disk-full', message: 'The disk is full: /dev/full could not be written.' }) as UserError);
    log.close();
  });

  it('says that the folder is gone, and keeps no temporary file', () => {
    expect(() => writeAtomically(join(folder, 'gone', 'a.bin'), 'x')).toThrow(expect.objectContaining({ code: 'run.folder-gone' }) as UserError);
  });
});

describe('MetricsLog', () => {
  it('reads back what was appended; what is not finite reads as NaN', () => {
    const path = join(folder, 'metrics.ndjson');
    const log = MetricsLog.open(path, 0);
    log.append([step(1), step(2, NaN), step(3, Infinity)]);
    log.close();
    const { loss, step: steps } = stepColumns(readMetrics(path) as StepRecord[]);
    expect(steps).toEqual(Float64Array.of(1, 2, 3));
    expect(loss).toEqual(Float64Array.of(1, NaN, NaN));
  });

  it('drops on resume what came after the checkpoint, a half-written line included', () => {
    const path = join(folder, 'metrics.ndjson');
    const first = MetricsLog.open(path, 0);
    first.append([step(1), step(2)]);
    const checkpoint = first.length;
    first.append([step(3)]);
    first.close();
    appendFileSync(path, '{"kind":"step","st');
    expect(readMetrics(path).map((record) => record.step)).toEqual([1, 2, 3]);
    const second = MetricsLog.open(path, checkpoint);
    second.append([step(3, 7)]);
    second.close();
    expect(readMetrics(path)).toEqual([step(1), step(2), step(3, 7)]);
  });

  it('survives a file that a power cut left shorter than the checkpoint counts on', () => {
    const path = join(folder, 'metrics.ndjson');
    writeFileSync(path, `${JSON.stringify(step(1))}\n${JSON.stringify(step(2)).slice(0, 20)}`);
    const log = MetricsLog.open(path, 1_000_000);
    log.append([step(2)]);
    log.close();
    expect(readMetrics(path)).toEqual([step(1), step(2)]);
  });

  it('lays epochs out by part and metric, with holes as NaN', () => {
    const epochs: EpochRecord[] = [
      { kind: 'epoch', step: 10, epoch: 1, parts: { train: { loss: 2 } }, t: 0 },
      { kind: 'epoch', step: 20, epoch: 2, parts: { train: { loss: 1 }, validation: { loss: 3, accuracy: 0.5 } }, t: 0 },
    ];
    expect(epochColumns(epochs)).toEqual({
      step: Float64Array.of(10, 20),
      epoch: Float64Array.of(1, 2),
      'train.loss': Float64Array.of(2, 1),
      'validation.loss': Float64Array.of(NaN, 3),
      'validation.accuracy': Float64Array.of(NaN, 0.5),
    });
  });
});

describe('the lock of a run', () => {
  const lockPath = (): string => join(folder, 'lock.json');

  it('is held once, and free again after release', () => {
    const lock = acquireLock(lockPath(), 'run "a"');
    expect(() => acquireLock(lockPath(), 'run "a"')).toThrow(/run "a" is in use by this process since /);
    expect(lockOwner(lockPath())).toMatchObject({ pid: process.pid });
    lock.release();
    expect(lockOwner(lockPath())).toBeUndefined();
    acquireLock(lockPath(), 'run "a"').release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('names the living process that holds it, and is taken over when that process is gone', async () => {
    const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] });
    await once(child, 'spawn');
    const held = { pid: child.pid, host: hostname(), began: null, since: '2026-01-01T00:00:00Z', token: 'other' };
    writeFileSync(lockPath(), JSON.stringify(held));
    const { pid } = child;
    expect(() => acquireLock(lockPath(), 'run "a"')).toThrow(expect.objectContaining({
      code: 'run.locked',
      message: `run "a" is in use by process ${pid} on ${hostname()} since 2026-01-01T00:00:00Z.`,
    }) as UserError);
    child.kill('SIGKILL');
    await once(child, 'exit');
    acquireLock(lockPath(), 'run "a"').release();
  });

  it.skipIf(process.platform !== 'linux')('does not take a later process with the same number for the holder', () => {
    const held = { pid: process.pid, host: hostname(), began: '1', since: '2026-01-01T00:00:00Z', token: 'other' };
    writeFileSync(lockPath(), JSON.stringify(held));
    acquireLock(lockPath(), 'run "a"').release();
  });

  it('believes a lock of another machine', () => {
    writeFileSync(lockPath(), JSON.stringify({ pid: 1, host: 'elsewhere', began: null, since: 'today', token: 'other' }));
    expect(() => acquireLock(lockPath(), 'run "a"')).toThrow(/process 1 on elsewhere/);
  });

  it('takes over a lock that a power cut tore', () => {
    writeFileSync(lockPath(), '{"pid":');
    acquireLock(lockPath(), 'run "a"').release();
  });
});
