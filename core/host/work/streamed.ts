import { EventQueue, newestOf } from '../event-queue';
import type { Turns } from './turns';

/** What a computation that tells of itself is given. */
export interface Telling<Event> {
  readonly signal: AbortSignal;
  readonly onEvent: (event: Event) => void;
}

/**
 * A computation, told as it goes; one at a time. Whoever leaves, or aborts, cancels it.
 *
 * @param compute resolves with what is told last
 */
export async function* streamed<Event extends { readonly kind: string }>(
  turns: Turns,
  signal: AbortSignal | undefined,
  compute: (telling: Telling<Event>) => Promise<Event>,
): AsyncGenerator<Event, void> {
  const done = await turns.take();
  const left = new AbortController();
  let computing: Promise<void> | undefined;
  try {
    if (signal?.aborted) return;
    const queue = new EventQueue<Event>(newestOf(({ kind }) => kind === 'progress'));
    computing = compute({ signal: AbortSignal.any(signal ? [signal, left.signal] : [left.signal]), onEvent: (event) => queue.push(event) }).then(
      (last) => {
        queue.push(last);
        queue.end();
      },
      (error: unknown) => queue.end({ error }),
    );
    yield* queue;
  } finally {
    left.abort();
    await computing;
    done();
  }
}
