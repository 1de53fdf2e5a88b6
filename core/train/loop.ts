/** What interrupts a training. */
export interface RunOptions {
  /** Aborting ends the training after the current step, with a checkpoint. */
  signal?: AbortSignal;
  /** Asked between steps; a promise means: pause (with a checkpoint) until it is settled. */
  pausePoint?: () => Promise<void> | undefined;
}

/** The pieces that a training consists of, whatever is trained: one network or a population. */
export interface Stages<Event> {
  /** Whether nothing has been done and told yet. */
  fresh(): boolean;
  /** Whether no step is left to do. */
  finished(): boolean;
  /** Whether the epoch under way has steps left. */
  midEpoch(): boolean;
  /** Some steps, ended early when `interrupted` says so. */
  chunk(interrupted: () => boolean): AsyncGenerator<Event, void>;
  /** Judges the epoch that is complete. */
  closeEpoch(): AsyncGenerator<Event, void>;
  checkpoint(reason: 'initial' | 'pause' | 'end'): Promise<Event>;
  end(stopped: boolean): Event;
}

/** Trains to the end or to an abort: chunks of steps, epochs, and between them pauses and stops, each with a checkpoint. */
export async function* runStages<Event>(stages: Stages<Event>, { signal, pausePoint }: RunOptions): AsyncGenerator<Event, void, void> {
  const interrupted = (): boolean => signal?.aborted === true || pausePoint?.() !== undefined;
  if (stages.fresh()) yield await stages.checkpoint('initial');
  while (!stages.finished()) {
    while (stages.midEpoch() && !signal?.aborted) {
      const pause = pausePoint?.();
      if (pause === undefined) {
        yield* stages.chunk(interrupted);
        continue;
      }
      yield await stages.checkpoint('pause');
      await Promise.race([pause, aborted(signal)]);
    }
    if (signal?.aborted) {
      yield await stages.checkpoint('end');
      yield stages.end(true);
      return;
    }
    yield* stages.closeEpoch();
  }
  yield stages.end(false);
}

/** Settles when the signal aborts; never without one. */
function aborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) resolve();
    signal?.addEventListener('abort', () => resolve(), { once: true });
  });
}
