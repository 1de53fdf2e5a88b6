import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { withLock } from '../../scripts/build/lock.mjs';
import { root } from '../../scripts/root.mjs';

let folder: string;
let lock: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'basin-lock-'));
  lock = join(folder, 'cache/build.lock');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('lets one process in at a time', async () => {
  const log = join(folder, 'log');
  // Each writes when it comes and when it goes, with a pause in between in which the other would get in.
  const program = `
    import { appendFileSync } from 'node:fs';
    import { setTimeout as wait } from 'node:timers/promises';
    import { withLock } from ${JSON.stringify(pathToFileURL(join(root, 'scripts/build/lock.mjs')).href)};
    await withLock(async () => {
      appendFileSync(${JSON.stringify(log)}, 'in ');
      await wait(50);
      appendFileSync(${JSON.stringify(log)}, 'out ');
    }, ${JSON.stringify(lock)});`;
  const runs = Array.from({ length: 4 }, () => spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'inherit' }));
  const codes = await Promise.all(runs.map((run) => new Promise((resolve) => run.once('exit', resolve))));
  expect(codes).toEqual([0, 0, 0, 0]);
  expect(readFileSync(log, 'utf8').trim()).toBe(Array(4).fill('in out').join(' '));
  expect(existsSync(lock)).toBe(false);
});

it('takes over from a process that died', async () => {
  const { pid } = spawnSync(process.execPath, ['-e', '0']);
  await withLock(async () => {}, lock);
  writeFileSync(lock, String(pid));
  expect(await withLock(async () => 'built', lock)).toBe('built');
});

it('is given back when the work fails', async () => {
  await expect(withLock(() => Promise.reject(new Error('a build error')), lock)).rejects.toThrow('a build error');
  expect(existsSync(lock)).toBe(false);
});
