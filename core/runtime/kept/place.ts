import { ProgramStore } from './store';

let folder: () => string | undefined = () => undefined;
let refused = false;

/**
 * From now on this process keeps compiled programs in a folder, and takes them from there instead of compiling them again. Without this call
 * nothing is kept.
 *
 * @param where asked at each compilation; `undefined`: not now
 */
export function keepPrograms(where: () => string | undefined): void {
  folder = where;
  refused = false;
}

/** Where programs are kept, if they are. */
export function keptPrograms(): ProgramStore | undefined {
  const where = refused ? undefined : folder();
  return where === undefined ? undefined : new ProgramStore(where);
}

/** Keeps nothing more in this process, since the folder does not take it, and says so once: computing goes on without. */
export function stopKeeping(error: unknown): void {
  if (refused) return;
  refused = true;
  process.emitWarning(`compiled programs cannot be kept, each start compiles them again: ${error instanceof Error ? error.message : String(error)}`);
}
