import type { ExecutionEvent } from '#core/runs';

/**
 * Events of a training on their way to whoever watches. Training never waits: while nobody takes them, steps gather in one event and only
 * the newest speed is kept, so that memory holds what was measured and no more.
 */
export class EventQueue {
  readonly #events: ExecutionEvent[] = [];
  #wake: (() => void) | undefined;
  #ended: { error?: unknown } | undefined;

  push(event: ExecutionEvent): void {
    const last = this.#events.at(-1);
    const beforeLast = this.#events.at(-2);
    if (event.kind === 'steps' && last?.kind === 'steps') last.records.push(...event.records);
    else if (event.kind === 'steps' && last?.kind === 'speed' && beforeLast?.kind === 'steps') beforeLast.records.push(...event.records);
    else if (event.kind === 'speed' && last?.kind === 'speed') this.#events[this.#events.length - 1] = event;
    else this.#events.push(event.kind === 'steps' ? { ...event, records: [...event.records] } : event);
    this.#wake?.();
  }

  end(error?: { error: unknown }): void {
    this.#ended = error ?? {};
    this.#wake?.();
  }

  /** Events in order until the end; throws the error that ended them. */
  async *[Symbol.asyncIterator](): AsyncGenerator<ExecutionEvent, void> {
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
