import { spawnSync } from 'node:child_process';
import path from 'node:path';
import type { ContenderName } from './case';
import type { Launch } from './contender';

export interface LaunchOptions {
  /** The project's folder. */
  readonly root: string;
  /** Where the bundled contenders lie. */
  readonly built: string;
  readonly threads: number;
}

/** How the process of each contender is started. */
export function launchOf(name: ContenderName, { root, built, threads }: LaunchOptions): Launch {
  if (name !== 'pytorch') return { command: process.execPath, args: ['--enable-source-maps', path.join(built, `${name}.mjs`)] };
  const python = pythonWithTorch();
  if (python === undefined) return { absent: 'no Python with PyTorch and NumPy was found (set PYTHON to one)' };
  const count = String(threads);
  return {
    command: python,
    args: [path.join(root, 'bench/contenders/torch/server.py'), count],
    env: { OMP_NUM_THREADS: count, OPENBLAS_NUM_THREADS: count, MKL_NUM_THREADS: count, PYTHONDONTWRITEBYTECODE: '1' },
  };
}

let found: { readonly python: string | undefined } | undefined;

/** The first Python that has PyTorch: `$PYTHON`, then those on the path and the system's own. Looked for once. */
export function pythonWithTorch(): string | undefined {
  found ??= {
    python: [process.env['PYTHON'], 'python3', 'python', '/usr/bin/python3'].find(
      (command) => command !== undefined && command !== '' && spawnSync(command, ['-c', 'import torch, numpy'], { stdio: 'ignore' }).status === 0,
    ),
  };
  return found.python;
}
