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
