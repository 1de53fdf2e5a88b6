import type { Browser, Page } from 'playwright';

/** An event of Chromium's tracing; times in microseconds. */
interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** Length by the clock, and by the processor time that the thread had. */
  readonly dur?: number;
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

/** What the window's main thread did while something was watched. */
export interface MainThread {
  /** Processor time of each task in milliseconds, the longest first. */
  readonly tasks: readonly number[];
  /** Processor time of each frame's script in milliseconds. */
  readonly frames: readonly number[];
}

const CATEGORIES = ['-*', 'toplevel', 'devtools.timeline', 'disabled-by-default-devtools.timeline'];

/** Watches the main thread while something happens in the page. */
export async function watchMainThread(browser: Browser, page: Page, happens: () => Promise<void>): Promise<MainThread> {
  await browser.startTracing(page, { categories: CATEGORIES });
  await happens();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString('utf8')) as { traceEvents: TraceEvent[] };
  const mains = traceEvents.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain');
  // A spare renderer waits for a next page: ours is the one that worked.
  const worked = mains.map(({ pid, tid }) => traceEvents.filter((event) => event.pid === pid && event.tid === tid && event.ph === 'X'));
  const events = worked.toSorted((a, b) => b.length - a.length)[0] ?? [];
  const lengths = (name: string, of: (event: TraceEvent) => number | undefined): number[] =>
    events.filter((event) => event.name === name).map((event) => (of(event) ?? 0) / 1000).toSorted((a, b) => b - a);
  return {
    tasks: lengths('RunTask', ({ tdur, dur }) => tdur ?? dur),
    frames: lengths('FireAnimationFrame', ({ tdur, dur }) => tdur ?? dur),
  };
}
