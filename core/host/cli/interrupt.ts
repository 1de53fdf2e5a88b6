/**
 * A signal that aborts on Ctrl-C or a request to end. The first one lets the command finish what it holds (a
 * checkpoint); a second one ends it at once.
 */
export function interruptSignal(): { signal: AbortSignal; release(): void } {
  const abort = new AbortController();
  const stop = (name: NodeJS.Signals): void => {
    if (abort.signal.aborted) process.exit(name === 'SIGINT' ? 130 : 143);
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
