import { connectionLost } from './notices.svelte';

/** Something the engine computes for a view, event by event: how far it is, and why it ended if it failed. */
export class Computation<Progress> {
  computing = $state(false);
  progress = $state.raw<Progress | null>(null);
  stopping = $state(false);
  failure = $state.raw<unknown>(null);
  #abort: AbortController | undefined;

  /** Ends it; what was found so far stays, in the window and in the run's folder. */
  stop(): void {
    this.stopping = true;
    this.#abort?.abort();
  }

  /**
   * Takes the events as they come, until the last one or until it is stopped; an error becomes the `failure`. What was followed before ends.
   *
   * @param first what is told of the progress before the first event
   * @returns whether it came to its end
   */
  protected async follow<Event>(first: Progress | null, begin: (signal: AbortSignal) => Promise<AsyncIterable<Event>>, take: (event: Event) => void): Promise<boolean> {
    this.#abort?.abort();
    const abort = (this.#abort = new AbortController());
    this.failure = null;
    this.stopping = false;
    this.computing = true;
    this.progress = first;
    try {
      for await (const event of await begin(abort.signal)) {
        if (abort.signal.aborted) break;
        take(event);
      }
      return !abort.signal.aborted;
    } catch (error) {
      if (!abort.signal.aborted) this.fail(error);
      return false;
    } finally {
      if (this.#abort === abort) {
        this.computing = false;
        this.progress = null;
        this.stopping = false;
      }
    }
  }

  /** Keeps an error to be shown, unless it only says that the engine went away. */
  protected fail(error: unknown): void {
    if (!connectionLost(error)) this.failure = error;
  }
}
