import { resolveRun, type OpenRun } from '#core/runs';
import { openFolder, type OpenedWith } from '../opened';

/** The run of a name like `RUN#3`, opened as the options say. */
export async function openNamed(text: string, options: OpenedWith): Promise<OpenRun> {
  const [, named = text, ownMember] = /^(.*?)(?:#(\d+))?$/.exec(text) ?? [];
  return openFolder(resolveRun(named).folder, ownMember === undefined ? options : { ...options, member: Number(ownMember) });
}
