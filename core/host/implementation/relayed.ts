import { EventQueue } from '../event-queue';

/**
 * Events of a work thread on their way to a window. They gather while it draws, so that a slow picture does not slow the work; leaving, or
 * aborting, cancels the work.
 *
 * @param merge as of {@link EventQueue}
 * @param tell what the window is told of an event
 */
export async function* relayed<From, To>(
  merge: (waiting: To[], event: To) => boolean,
  signal: AbortSignal | undefined,
  begin: (signal: AbortSignal) => Promise<AsyncIterable<From>>,
  tell: (event: From) => Iterable<To> | Promise<Iterable<To>>,
): AsyncGenerator<To, void> {
  const queue = new EventQueue(merge);
  const left = new AbortController();
  const events = await begin(AbortSignal.any(signal ? [signal, left.signal] : [left.signal]));
  const pump = async (): Promise<void> => {
    for await (const event of events) for (const told of await tell(event)) queue.push(told);
  };
  pump().then(() => queue.end(), (error: unknown) => queue.end({ error }));
  try {
    yield* queue;
  } finally {
    left.abort();
  }
}
