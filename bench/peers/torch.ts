import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A PyTorch process that times steps on request. */
export interface TorchPeer {
  readonly version: string;
  /** Milliseconds of each of `steps` steps. */
  time(name: string, steps: number): Promise<number[]>;
  end(): void;
}

/** The first Python that has PyTorch: `$PYTHON`, then those on the path and the system's own. */
function findPython(): string | undefined {
  const candidates = [process.env['PYTHON'], 'python3', 'python', '/usr/bin/python3'];
  return candidates.find((command) => command !== undefined && spawnSync(command, ['-c', 'import torch'], { stdio: 'ignore' }).status === 0);
}

/** Starts the peer, or says why there is none. */
export async function startTorch(script: string, threads: number): Promise<TorchPeer | { readonly absent: string }> {
  const python = findPython();
  if (python === undefined) return { absent: 'no Python with PyTorch was found (set PYTHON to one)' };
  const child: ChildProcessWithoutNullStreams = spawn(python, [script, String(threads)], { env: { ...process.env, OMP_NUM_THREADS: String(threads) } });
  child.stderr.pipe(process.stderr);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<Record<string, unknown>> => {
    const { value, done } = await lines.next();
    if (done === true) throw new Error('the PyTorch process ended early');
    return JSON.parse(value) as Record<string, unknown>;
  };
  const hello = await next();
  return {
    version: String(hello['version']),
    async time(name, steps) {
      child.stdin.write(`${name} ${steps}\n`);
      return (await next())['ms'] as number[];
    },
    end: () => child.stdin.end(),
  };
}
