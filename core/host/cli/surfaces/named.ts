import { openRun, readSettings, resolveRun, type OpenRun } from '#core/runs';

/** The run of a name like `RUN#3`, opened as the options say. */
export async function openNamed(text: string, { member, device, threads }: { member?: number | 'best'; device?: string; threads?: number }): Promise<OpenRun> {
  const [, named = text, ownMember] = /^(.*?)(?:#(\d+))?$/.exec(text) ?? [];
  const chosen = ownMember === undefined ? member : Number(ownMember);
  return openRun(resolveRun(named).folder, { threads: threads ?? readSettings().threads, ...(device !== undefined && { device }), ...(chosen !== undefined && { member: chosen }) });
}
