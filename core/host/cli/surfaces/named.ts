import { openRun, readSettings, resolveRun, type CheckpointName, type OpenRun } from '#core/runs';

interface NamedWeights {
  run: string;
  checkpoint?: CheckpointName;
  member?: number;
}

/** `RUN`, `RUN@best`, `RUN@1200`; of a population `RUN#3` or `RUN#3@best`. The run is told as its folder. */
export function otherWeights(text: string): NamedWeights {
  const [, named = text, member, at] = /^(.*?)(?:#(\d+))?(?:@(init|last|best|\d+))?$/.exec(text) ?? [];
  const checkpoint = at === undefined ? undefined : /^\d+$/.test(at) ? Number(at) : (at as 'init' | 'last' | 'best');
  return { run: resolveRun(named).folder, ...(checkpoint !== undefined && { checkpoint }), ...(member !== undefined && { member: Number(member) }) };
}

/** The run of a name like `RUN#3`, opened as the options say. */
export async function openNamed(text: string, { member, device, threads }: { member?: number | 'best'; device?: string; threads?: number }): Promise<OpenRun> {
  const [, named = text, ownMember] = /^(.*?)(?:#(\d+))?$/.exec(text) ?? [];
  const chosen = ownMember === undefined ? member : Number(ownMember);
  return openRun(resolveRun(named).folder, { threads: threads ?? readSettings().threads, ...(device !== undefined && { device }), ...(chosen !== undefined && { member: chosen }) });
}
