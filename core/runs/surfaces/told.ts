/**
 * What a computation tells while it works (of news that nobody has taken yet only the newest), then its result. Whoever ends the iteration early aborts the computation
 * and waits for its end.
 */
export async function* told<N, T>(work: (tell: (news: N) => void, signal: AbortSignal) => Promise<T>, outer?: AbortSignal): AsyncGenerator<N, T> {
  const left = new AbortController();
  let newest: N | undefined;
  let wake = (): void => undefined;
  let finished = false;
  const working = work((news) => {
    newest = news;
    wake();
  }, AbortSignal.any(outer ? [outer, left.signal] : [left.signal])).finally(() => {
    finished = true;
    wake();
  });
  // A failure is told where the result is awaited, which may be later.
  working.catch(() => undefined);
  try {
    for (;;) {
      const news = newest as N | undefined;
      newest = undefined;
      if (news !== undefined) yield news;
      else if (finished) return await working;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    left.abort();
    await working.catch(() => undefined);
  }
}
