import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Case, ContenderName } from './case';
import type { Request } from './serve';

/** How a contender's process is started, or why it cannot be. */
export type Launch = { readonly command: string; readonly args: readonly string[]; readonly env?: Readonly<Record<string, string>> } | { readonly absent: string };

/** A contender said that it cannot do a case, or failed at it. */
export class ContenderError extends Error {}

/** A process of its own for one case: its threads, memory and caches do not disturb the others. */
export class Contender {
  readonly #lines: AsyncIterator<string>;
  readonly #stderr: string[] = [];
  versions: Readonly<Record<string, string>> = {};
  notes: readonly string[] = [];
  check: readonly number[] = [];
  /** Resident memory at the last answer, and the most so far. */
  memory = { peakBytes: 0, residentBytes: 0 };

  private constructor(
    readonly name: ContenderName,
    private readonly child: ChildProcessWithoutNullStreams,
  ) {
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    child.stderr.on('data', (text: Buffer) => this.#stderr.push(text.toString()));
    // A process that is gone already is told by its missing answer.
    child.stdin.on('error', () => undefined);
  }

  static async start(name: ContenderName, launch: Exclude<Launch, { absent: string }>): Promise<Contender> {
    const contender = new Contender(name, spawn(launch.command, launch.args, { env: { ...process.env, ...launch.env } }));
    contender.versions = (await contender.#answer(60))['versions'] as Record<string, string>;
    return contender;
  }

  /** Builds the case; afterwards `check` and `notes` are known. `patience`: seconds it may take. @throws ContenderError */
  async prepare(c: Case, folder: string, { threads, device, patience = 180 }: { threads: number; device: string; patience?: number }): Promise<number> {
    this.#ask({ ask: 'prepare', case: c, folder, threads, device });
    const { check, notes, seconds } = await this.#answer(patience);
    this.check = check as number[];
    this.notes = notes as string[];
    return seconds as number;
  }

  /** Milliseconds of each sample. @throws ContenderError */
  async time(samples: number, burst = 1): Promise<number[]> {
    this.#ask({ ask: 'time', samples, burst });
    const { ms, peakBytes, residentBytes } = await this.#answer(180);
    this.memory = { peakBytes: peakBytes as number, residentBytes: residentBytes as number };
    return ms as number[];
  }

  end(): Promise<void> {
    return new Promise((resolve) => {
      if (this.child.exitCode !== null || this.child.signalCode !== null) return resolve();
      const timer = setTimeout(() => this.child.kill('SIGKILL'), 5000);
      this.child.once('exit', () => {
        clearTimeout(timer);
        resolve();
      });
      this.child.stdin.end();
    });
  }

  #ask(request: Request): void {
    this.child.stdin.write(`${JSON.stringify(request)}\n`);
  }

  async #answer(seconds: number): Promise<Record<string, unknown>> {
    const timer = setTimeout(() => this.child.kill('SIGKILL'), seconds * 1000);
    const { value, done } = await this.#lines.next();
    clearTimeout(timer);
    if (done === true) {
      const last = this.#stderr.join('').trim().split('\n').slice(-3).join(' ');
      throw new ContenderError(this.child.killed ? `gave no answer in ${seconds} s` : `its process ended: ${last}`);
    }
    const answer = JSON.parse(value as string) as Record<string, unknown>;
    if (typeof answer['error'] === 'string') throw new ContenderError(answer['error']);
    return answer;
  }
}
