// The web host as a child process: `basin serve`, which prints one JSON line with its address once it listens.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { root } from '../root.mjs';

/**
 * @param {string[]} args for `basin serve`
 * @param {NodeJS.ProcessEnv} [environment] added to this process's own
 * @returns {Promise<{ address: string, ended: Promise<number>, end: () => void }>}
 * @throws {Error} when it ends before it listens; it has said why on standard error
 */
export async function startHost(args, environment = {}) {
  const program = join(root, 'dist/cli/main.js');
  const host = spawn(process.execPath, [program, 'serve', '--no-open', '--json', ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...environment },
  });
  /** @type {Promise<number>} */
  const ended = new Promise((resolve) => host.once('exit', (code) => resolve(code ?? 1)));
  const lines = createInterface({ input: host.stdout });
  /** @type {Promise<string>} */
  const listening = new Promise((resolve) => lines.once('line', resolve));
  const first = await Promise.race([listening, ended]);
  if (typeof first === 'number') throw new HostEnded(first);
  const { url } = JSON.parse(first);
  // What it could not do is a line as well; it ends then.
  if (url === undefined) throw new HostEnded(await ended);
  lines.on('line', (line) => console.log(line));
  return { address: url, ended, end: () => void host.kill('SIGTERM') };
}

/** The host ended before it listened. Its own message is on standard error already. */
export class HostEnded extends Error {
  /** @param {number} code */
  constructor(code) {
    super(`The web host ended with code ${code} before it listened.`);
    this.code = code;
  }
}
