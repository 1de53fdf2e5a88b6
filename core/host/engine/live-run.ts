import { epochColumns, measureTable, stepColumns, type EpochRecord, type ExecutionEvent, type MeasureRecord, type RunError, type StepRecord } from '#core/runs';
import type { RunEvent, RunState } from '../contract';

/** How far a watcher has read: the last step, the epochs, the last step that was measured. */
export interface Known {
  step: number;
  epochs: number;
  measured: number;
}

/** One watcher's place in what a run has told. */
interface Watcher {
  /** What the watcher has read from the run's folder already. */
  known: () => Known;
  steps: StepRecord[];
  epochs: EpochRecord[];
  measures: MeasureRecord[];
  state: { state: RunState; error?: RunError } | undefined;
  speed: Extract<RunEvent, { kind: 'speed' }> | undefined;
  wake: (() => void) | undefined;
}

/** Told more than this without taking it, a watcher gets every second record. */
const mostWaiting = 100_000;

/** A run that is queued or being trained, and everyone who watches it. */
export class LiveRun {
  readonly #watchers = new Set<Watcher>();
  #state: { state: RunState; error?: RunError };
  #over = false;

  constructor(state: RunState) {
    this.#state = { state };
  }

  get state(): RunState {
    return this.#state.state;
  }

  tell(event: ExecutionEvent | { kind: 'state'; state: RunState; error?: RunError }): void {
    if (event.kind === 'state') this.#state = { state: event.state, ...(event.error && { error: event.error }) };
    for (const watcher of this.#watchers) {
      if (event.kind === 'steps') watcher.steps.push(...event.records.filter(({ step }) => step > watcher.known().step));
      else if (event.kind === 'epochs') watcher.epochs.push(...event.records.filter(({ epoch }) => epoch > watcher.known().epochs));
      else if (event.kind === 'measures') watcher.measures.push(...event.records.filter(({ step }) => step > watcher.known().measured));
      else if (event.kind === 'state') watcher.state = this.#state;
      else watcher.speed = event;
      if (watcher.steps.length > mostWaiting) watcher.steps = watcher.steps.filter((_, i) => i % 2 === 1);
      watcher.wake?.();
    }
  }

  /** The run has ended, or left this engine: watchers get what is left and then their end. */
  end(): void {
    this.#over = true;
    for (const watcher of this.#watchers) watcher.wake?.();
  }

  /**
   * What happens from now on, gathered while the watcher is busy. It begins to gather when it is called, so that nothing is lost
   * between what the caller reads from the folder and what comes.
   */
  watch(signal: AbortSignal | undefined, known: () => Known): AsyncGenerator<RunEvent, void> {
    const watcher: Watcher = { known, steps: [], epochs: [], measures: [], state: this.#state, speed: undefined, wake: undefined };
    this.#watchers.add(watcher);
    const wake = (): void => watcher.wake?.();
    signal?.addEventListener('abort', wake, { once: true });
    return this.#follow(watcher, signal, () => signal?.removeEventListener('abort', wake));
  }

  async *#follow(watcher: Watcher, signal: AbortSignal | undefined, release: () => void): AsyncGenerator<RunEvent, void> {
    try {
      for (;;) {
        if (watcher.steps.length > 0) yield { kind: 'steps', columns: stepColumns(watcher.steps.splice(0)) };
        if (watcher.epochs.length > 0) yield { kind: 'epochs', columns: epochColumns(watcher.epochs.splice(0)) };
        if (watcher.measures.length > 0) yield { kind: 'measures', table: measureTable(watcher.measures.splice(0)) };
        if (watcher.speed) {
          const { speed } = watcher;
          watcher.speed = undefined;
          yield speed;
        }
        if (watcher.state) {
          const { state } = watcher;
          watcher.state = undefined;
          yield { kind: 'state', ...state };
        }
        if (signal?.aborted) return;
        if (watcher.steps.length > 0 || watcher.epochs.length > 0 || watcher.measures.length > 0 || watcher.state) continue;
        if (this.#over) return;
        await new Promise<void>((resolve) => (watcher.wake = resolve));
        watcher.wake = undefined;
      }
    } finally {
      this.#watchers.delete(watcher);
      release();
    }
  }
}
