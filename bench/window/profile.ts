import type { Page } from 'playwright';
import type { MainThread } from './trace';

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number; readonly columnNumber: number };
}

/** How many functions are listed. */
const LISTED = 15;

/** Lists the functions in which the main thread's script spent its time. */
export async function profiled(page: Page, title: string, happens: () => Promise<void>): Promise<MainThread> {
  const session = await page.context().newCDPSession(page);
  await session.send('Profiler.enable');
  await session.send('Profiler.setSamplingInterval', { interval: 500 });
  await session.send('Profiler.start');
  await happens();
  const { profile } = (await session.send('Profiler.stop')) as { profile: { nodes: ProfileNode[]; samples?: number[]; timeDeltas?: number[] } };
  await session.detach();
  const names = new Map(profile.nodes.map(({ id, callFrame }) => [id, `${callFrame.functionName || '(anonymous)'} ${callFrame.url.split('/').at(-1) ?? ''}:${callFrame.lineNumber + 1}:${callFrame.columnNumber + 1}`]));
  const own = new Map<string, number>();
  profile.samples?.forEach((id, i) => {
    const name = names.get(id) ?? '';
    own.set(name, (own.get(name) ?? 0) + (profile.timeDeltas?.[i] ?? 0) / 1000);
  });
  console.log(`\n${title}: milliseconds of script, by the clock`);
  for (const [name, time] of [...own].filter(([name]) => !/^\((idle|program)\)/.test(name)).toSorted((a, b) => b[1] - a[1]).slice(0, LISTED)) console.log(`${time.toFixed(1).padStart(9)}  ${name}`);
  return { tasks: [], frames: [] };
}
