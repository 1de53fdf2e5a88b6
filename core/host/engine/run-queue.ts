import { UserError } from '#core/graph';
import { readSettings, type ExecutionEvent, type FoundRun } from '#core/runs';
import { RemoteError } from '../transport/wire-error';
import { LiveRun } from './live-run';
import type { WorkPool } from './work-pool';

interface Entry {
  run: FoundRun;
  live: LiveRun;
  started: boolean;
  /** Settles when the run has left the queue. */
  done: Promise<void>;
  finish: () => void;
}

/** Runs that are trained in this engine: one at a time (two by a setting), the others wait their turn. */
export class RunQueue {
  readonly #pool: WorkPool;
  readonly #entries = new Map<string, Entry>();

  constructor(pool: WorkPool) {
    this.#pool = pool;
  }

  /** The run's life in this engine, while it is queued or trained here. */
  live(id: string): LiveRun | undefined {
    return this.#entries.get(id)?.live;
  }

  get running(): string[] {
    return [...this.#entries].filter(([, entry]) => entry.started).map(([id]) => id);
  }

  /** @throws UserError when it is at work already */
  start(run: FoundRun): void {
    if (this.#entries.has(run.id)) throw new UserError('run.busy', `Run "${run.file.name}" is at work already.`);
    if (run.file.state === 'finished') {
      throw new UserError('run.finished', `Run "${run.file.name}" is finished.`, { hint: 'Branch from one of its checkpoints to train on.' });
    }
    let finish = (): void => undefined;
    const done = new Promise<void>((resolve) => (finish = resolve));
    this.#entries.set(run.id, { run, live: new LiveRun('queued'), started: false, done, finish });
    this.#startNext();
  }

  async pause(id: string): Promise<void> {
    const entry = this.#entry(id);
    if (entry.started) await this.#control(id, entry, 'pause');
    else this.#leave(id, entry);
  }

  async resume(id: string): Promise<void> {
    await this.#control(id, this.#entry(id), 'resume');
  }

  /** Ends the training with a checkpoint; settles when it has ended. */
  async stop(id: string): Promise<void> {
    const entry = this.#entry(id);
    if (!entry.started) return this.#leave(id, entry);
    await this.#control(id, entry, 'stop');
    await entry.done;
  }

  /** Stops every run with a checkpoint to go on from. */
  async stopAll(): Promise<void> {
    for (const [id, entry] of this.#entries) if (!entry.started) this.#leave(id, entry);
    await Promise.all([...this.#entries.keys()].map((id) => this.stop(id)));
  }

  #entry(id: string): Entry {
    const entry = this.#entries.get(id);
    if (entry) return entry;
    throw new UserError('run.not-at-work', 'This run is not at work here.', { hint: 'Start or resume it first.' });
  }

  /** Speaks to a run's thread; a training that is just ending needs no more telling. */
  async #control(id: string, entry: Entry, action: 'pause' | 'resume' | 'stop'): Promise<void> {
    try {
      await this.#pool.client(purpose(id)).control({ action });
    } catch (error) {
      if (!(error instanceof RemoteError) || error.code !== 'connection.closed') throw error;
      await entry.done;
    }
  }

  #startNext(): void {
    const most = readSettings().concurrentRuns;
    for (const [id, entry] of this.#entries) {
      if (this.running.length >= most) return;
      if (entry.started) continue;
      entry.started = true;
      void this.#train(id, entry);
    }
  }

  async #train(id: string, entry: Entry): Promise<void> {
    const thread = this.#pool.thread(purpose(id));
    try {
      const events = await thread.client.train({ folder: entry.run.folder, threads: readSettings().threads });
      for await (const event of events as AsyncIterable<ExecutionEvent>) entry.live.tell(event);
    } catch (error) {
      entry.live.tell({ kind: 'state', state: 'failed', error: await this.#explain(error, thread.ended) });
    } finally {
      await this.#pool.end(purpose(id));
      this.#leave(id, entry);
    }
  }

  /** The run's own error, or what ended its thread. */
  async #explain(error: unknown, ended: Promise<Error | undefined>) {
    if (error instanceof RemoteError && error.code !== 'connection.closed') {
      return { code: error.code, message: error.message, ...(error.hint !== undefined && { hint: error.hint }) };
    }
    const reason = error instanceof RemoteError ? await ended : error;
    return {
      code: 'engine.thread-ended',
      message: `The training ended unexpectedly: ${reason instanceof Error ? reason.message : 'its thread is gone'}.`,
      hint: 'Resume it; it goes on from its last checkpoint.',
    };
  }

  #leave(id: string, entry: Entry): void {
    if (this.#entries.get(id) !== entry) return;
    this.#entries.delete(id);
    entry.live.end();
    entry.finish();
    this.#startNext();
  }
}

const purpose = (id: string): string => `run ${id}`;
