import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { bundle } from './bundle';

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  out: string;
  err: string;
}

/** The command line as a process of its own, with a home of its own. */
export function useCli(): { readonly folder: string; start(...args: string[]): ChildProcess; run(...args: string[]): Promise<Ended>; json<T>(...args: string[]): Promise<T> } {
  let entry = '';
  const folder = mkdtempSync(join(tmpdir(), 'basin-cli-'));
  beforeAll(async () => {
    entry = await bundle(join(import.meta.dirname, '../../../core/host/cli/main.ts'), 'cli');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const start = (...args: string[]): ChildProcess =>
    spawn(process.execPath, [entry, ...args], { cwd: folder, env: { ...process.env, BASIN_HOME: join(folder, 'home') }, stdio: ['ignore', 'pipe', 'pipe'] });
  const run = (...args: string[]): Promise<Ended> => ended(start(...args));
  return {
    folder,
    start,
    run,
    async json<T>(...args: string[]): Promise<T> {
      const { code, out, err } = await run(...args, '--json');
      if (code !== 0) throw new Error(`basin ${args.join(' ')} left with ${code}: ${out}${err}`);
      return JSON.parse(out) as T;
    },
  };
}

/** What a process wrote, and how it ended. */
export function ended(child: ChildProcess): Promise<Ended> {
  let out = '';
  let err = '';
  child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (err += chunk.toString()));
  return new Promise((resolve) => child.once('close', (code, signal) => resolve({ code, signal, out, err })));
}
