import { UserError } from '#core/graph';

/**
 * A signal that aborts on Ctrl-C or a request to end. The first one lets the command finish what it holds (a
 * checkpoint); the same once more ends it at once. One of each is no insistence: Ctrl-C reaches the starter too, which then
 * asks its host to end.
 */
export function interruptSignal(): { signal: AbortSignal; release(): void } {
  const abort = new AbortController();
  const heard = new Set<NodeJS.Signals>();
  const stop = (name: NodeJS.Signals): void => {
    if (heard.has(name)) process.exit(name === 'SIGINT' ? 130 : 143);
    heard.add(name);
    abort.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return {
    signal: abort.signal,
    release() {
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
    },
  };
}

/**
 * Work that Ctrl-C ends and that keeps what it has.
 *
 * @param stopped what is said then: its code, the sentence, what to do
 * @throws UserError of `stopped` when it was interrupted; else what the work throws
 */
export async function interruptible<T>(stopped: { code: string; message: string; hint?: string }, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { signal, release } = interruptSignal();
  try {
    return await work(signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    const { code, message, hint } = stopped;
    throw new UserError(code, message, { ...(hint !== undefined && { hint }) });
  } finally {
    release();
  }
}

/** What is said where the same command goes on from what was computed. */
export const goesOn = (code: string) => ({ code, message: 'Stopped. What was computed is kept.', hint: 'The same command goes on from there.' });
