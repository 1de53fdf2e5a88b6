import { explain } from '../../app/notices.svelte';

/** Milliseconds without a change before the engine is asked. */
const PAUSE = 400;

/** What the engine says beforehand of a request that is still being changed. */
export class Estimate<T> {
  /** the last answer */
  found = $state.raw<T | null>(null);
  /** why the present request cannot be answered */
  problem = $state<string | null>(null);

  /**
   * Asks, a moment after the last change.
   *
   * @returns takes the question back: what an effect returns
   */
  ask(question: (signal: AbortSignal) => Promise<T>): () => void {
    const abort = new AbortController();
    const timer = setTimeout(() => {
      question(abort.signal).then(
        (found) => {
          if (abort.signal.aborted) return;
          this.found = found;
          this.problem = null;
        },
        (error: unknown) => {
          if (!abort.signal.aborted) this.problem = explain(error).message;
        },
      );
    }, PAUSE);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }
}
