import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

/** The program with a home of its own, in which one tiny network is trained: how long a point takes says nothing of the window. */
export interface Program {
  /** With its one-time token. */
  readonly address: string;
  /** Examples of which each point of a surface is made. */
  readonly examples: number;
  /** Computes a surface on the command line; it is then among the run's saved ones. */
  compute(points: number): void;
  end(): Promise<void>;
}

const EXAMPLES = 8;

export async function startProgram(root: string): Promise<Program> {
  const home = mkdtempSync(path.join(tmpdir(), 'basin-window-'));
  const env = { ...process.env, BASIN_HOME: home };
  const run = path.join(home, 'runs/xor');
  const program = path.join(root, 'bin/basin.mjs');
  const basin = (...args: string[]): void => void execFileSync(process.execPath, [program, ...args], { env, stdio: 'pipe' });
  basin('run', path.join(root, 'assets/specs/xor.json'), '--out', run);
  const host = spawn(process.execPath, [program, 'serve', '--no-open', '--json', '--port', '0'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => host.once('exit', resolve));
  const line = await new Promise<string>((resolve, reject) => {
    createInterface({ input: host.stdout }).once('line', resolve);
    host.once('exit', () => reject(new Error('The host ended before it listened.')));
  });
  return {
    address: (JSON.parse(line) as { url: string }).url,
    examples: EXAMPLES,
    compute: (points) => basin('surface', run, '--grid', `${points}x${points}`, '--subset', String(EXAMPLES), '--out', path.join(home, `${points}.npy`)),
    async end() {
      host.kill('SIGTERM');
      await ended;
      rmSync(home, { recursive: true, force: true });
    },
  };
}
