/**
 * Events on their way to whoever watches. The work never waits for the watcher: while nobody takes them, events gather, and those
 * that `merge` takes into an earlier one cost no more than what they carry.
 */
export class EventQueue<Event> {
  readonly #events: Event[] = [];
  readonly #merge: (waiting: Event[], event: Event) => boolean;
  #wake: (() => void) | undefined;
  #ended: { error?: unknown } | undefined;

  /** @param merge takes the event into those that wait, or answers false: it then waits behind them */
  constructor(merge: (waiting: Event[], event: Event) => boolean) {
    this.#merge = merge;
  }

  push(event: Event): void {
    if (!this.#merge(this.#events, event)) this.#events.push(event);
    this.#wake?.();
  }

  end(error?: { error: unknown }): void {
    this.#ended = error ?? {};
    this.#wake?.();
  }

  /** Events in order until the end; throws the error that ended them. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Event, void> {
    for (;;) {
      const event = this.#events.shift();
      if (event) yield event;
      else if (this.#ended) {
        if ('error' in this.#ended) throw this.#ended.error;
        return;
      } else {
        await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    }
  }
}

/** Merges as of {@link EventQueue}: of such events that wait behind each other only the newest is told. */
export const newestOf = <Event>(passing: (event: Event) => boolean) => (waiting: Event[], event: Event): boolean => {
  const last = waiting.at(-1);
  if (last === undefined || !passing(last) || !passing(event)) return false;
  waiting[waiting.length - 1] = event;
  return true;
};
