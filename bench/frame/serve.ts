import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { readTensors, type StoredTensor } from './tensors';
import type { Case } from './case';

/** A case made ready in a contender. */
export interface Workload {
  /** Numbers that all contenders must agree on. Called once, before anything is timed. */
  check(): Promise<number[]>;
  /** Does the work once. */
  run(): Promise<void>;
  /** Waits until everything that was started is done; absent where `run` does so. */
  settle?(): Promise<void>;
  /** Parts of one run that count as one sample each: the members of a population. */
  readonly items?: number;
  /** What a reader should know of how it is done. */
  readonly notes?: readonly string[];
  /** Gives everything back. */
  end(): Promise<void>;
}

export interface Preparation {
  readonly threads: number;
  readonly device: string;
  /** Basin only: writes the runtime's profile to files of this prefix at the end. */
  readonly profile?: string;
}

export type Prepare = (c: Case, inputs: Readonly<Record<string, StoredTensor>>, options: Preparation) => Promise<Workload>;

/** What a contender is asked, a line of JSON each. */
export type Request =
  | { readonly ask: 'prepare'; readonly case: Case; readonly folder: string; readonly threads: number; readonly device: string }
  | { readonly ask: 'time'; readonly samples: number; readonly burst: number };

/**
 * A contender's process: answers each request with one line. `prepare` gives `{ check, notes, seconds }`; `time` gives `{ ms }`,
 * one number a sample, each the mean of `burst` runs, and the process's memory. A failure is answered with `{ error }`.
 */
export async function serve(versions: Readonly<Record<string, string>>, prepare: Prepare): Promise<void> {
  // Libraries like to greet on standard output, which carries the answers.
  const answer = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);
  console.log = console.error;
  console.info = console.error;
  answer({ versions });
  let workload: Workload | undefined;
  for await (const line of createInterface({ input: process.stdin })) {
    try {
      const request = JSON.parse(line) as Request;
      if (request.ask === 'prepare') {
        const start = performance.now();
        workload = await prepare(request.case, readTensors(request.folder), request);
        answer({ check: await workload.check(), notes: workload.notes ?? [], seconds: (performance.now() - start) / 1000 });
      } else if (workload !== undefined) {
        answer({ ms: await time(workload, request), peakBytes: peakBytes(), residentBytes: process.memoryUsage.rss() });
      }
    } catch (error) {
      answer({ error: error instanceof Error ? error.message : String(error) });
    }
  }
}

/** The largest resident memory so far. Linux counts a parent's into `maxRSS`, but not into its status file. */
function peakBytes(): number {
  const own = process.platform === 'linux' ? /^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] : undefined;
  return 1024 * (own === undefined ? process.resourceUsage().maxRSS : Number(own));
}

async function time(workload: Workload, { samples, burst }: { samples: number; burst: number }): Promise<number[]> {
  const ms: number[] = [];
  for (let i = 0; i < samples; i++) {
    const start = performance.now();
    for (let run = 0; run < burst; run++) await workload.run();
    await workload.settle?.();
    ms.push((performance.now() - start) / burst / (workload.items ?? 1));
  }
  return ms;
}
