import { UserError } from '#core/graph';
import type { ExecutionEvent } from './events';
import type { RunPaths } from './folder/paths';
import { readRunFile, writeRunFile, type RunError, type RunFile } from './folder/run-file';
import { noteInLog } from './recorder';

/** Milliseconds between two notes of progress in run.json, at least. */
const noteInterval = 500;

/** What run.json says of a run that is being executed, and who is told. */
export class RunKeeper {
  readonly paths: RunPaths;
  readonly #onEvent: ((event: ExecutionEvent) => void) | undefined;
  #file: RunFile;
  #noted = -Infinity;

  constructor(paths: RunPaths, onEvent: ((event: ExecutionEvent) => void) | undefined) {
    this.paths = paths;
    this.#onEvent = onEvent;
    this.#file = readRunFile(paths.folder);
  }

  get file(): RunFile {
    return this.#file;
  }

  /** How far the run is. @throws Error before training has said so */
  get progress() {
    if (!this.#file.progress) throw new Error('progress is set before training');
    return this.#file.progress;
  }

  tell(event: ExecutionEvent): void {
    this.#onEvent?.(event);
  }

  save(changes: Partial<RunFile>): void {
    const file = { ...this.#file, ...changes };
    writeRunFile(this.paths.folder, file);
    this.#file = file;
  }

  /** Progress, for lists: written now and then, and with the next save in any case. */
  note(changes: Partial<RunFile>): void {
    this.#file = { ...this.#file, ...changes };
    if (performance.now() - this.#noted < noteInterval) return;
    writeRunFile(this.paths.folder, this.#file, { durable: false });
    this.#noted = performance.now();
  }

  /** @throws UserError when there is nothing left to do */
  checkUnfinished(): void {
    if (this.#file.state === 'finished') {
      throw new UserError('run.finished', `Run "${this.#file.name}" is finished.`, { hint: 'Branch from one of its checkpoints to train on.' });
    }
  }

  /** The run is at work now. */
  begin(): void {
    const { error: _, ...rest } = this.#file;
    this.#file = rest;
    this.save({ state: 'running' });
    this.tell({ kind: 'state', state: 'running' });
  }

  markPaused(step: number, epoch: number): void {
    this.save({ state: 'paused', progress: { ...this.progress, step, epoch } });
    noteInLog(this.paths, 'paused', { step });
    this.tell({ kind: 'state', state: 'paused' });
  }

  /** After a pause, with the first thing that happens. */
  markRunning(): void {
    if (this.#file.state !== 'paused') return;
    this.save({ state: 'running' });
    noteInLog(this.paths, 'continued');
    this.tell({ kind: 'state', state: 'running' });
  }

  /** @throws UserError when these are not the data that the run was started with */
  checkData(fingerprint: string): void {
    const recorded = this.#file.dataset?.fingerprint;
    if (recorded === undefined || recorded === fingerprint) return;
    throw new UserError('run.data-changed', `The data of run "${this.#file.name}" has changed since it was started.`, {
      hint: 'Put the old file back, or start a new run with the new data.',
    });
  }

  /** Marks the run as failed as far as the disk still allows; the reason reaches the caller in any case. */
  fail(error: unknown): void {
    const told: RunError =
      error instanceof UserError
        ? { code: error.code, message: error.message, ...(error.hint !== undefined && { hint: error.hint }) }
        : { code: 'internal', message: error instanceof Error ? error.message : String(error) };
    try {
      this.save({ state: 'failed', error: told });
      noteInLog(this.paths, 'failed', { error: told });
    } catch (second) {
      if (!(second instanceof UserError)) throw new AggregateError([error, second], told.message, { cause: second });
    }
    this.tell({ kind: 'state', state: 'failed', error: told });
  }
}
