import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { basename, join, resolve, sep } from 'node:path';
import { z } from 'zod';
import { UserError } from '#core/graph';
import { writeAtomically } from './folder/atomic-write';
import { acquireLock } from './folder/lock';
import { runPaths } from './folder/paths';
import { storageError } from './folder/storage-error';
import { readRunFile, type RunFile } from './folder/run-file';
import { homeFolder, readJson, readSettings } from './home';

export interface FoundRun {
  id: string;
  folder: string;
  file: RunFile;
}

/** Run folders outside the usual place that were opened once. */
const openedPath = (): string => join(homeFolder(), 'opened-runs.json');

function openedFolders(): string[] {
  const stored = readJson(openedPath());
  return Array.isArray(stored) ? stored.filter((entry) => typeof entry === 'string') : [];
}

/** Remembers a run folder that lies elsewhere, so that lists show it. */
export function rememberRun(folder: string): void {
  const path = resolve(folder);
  readRunFile(path);
  if (resolve(path, '..') === resolve(readSettings().runsFolder)) return;
  const folders = openedFolders();
  if (folders.includes(path)) return;
  mkdirSync(homeFolder(), { recursive: true });
  writeAtomically(openedPath(), `${JSON.stringify([...folders, path], null, 2)}\n`);
}

/** Every run of the runs folder and those opened elsewhere, newest first. What cannot be read is left out. */
export function findRuns(): FoundRun[] {
  const root = readSettings().runsFolder;
  const inside = existsSync(root) ? readdirSync(root).map((name) => join(root, name)) : [];
  const found = new Map<string, FoundRun>();
  for (const folder of [...inside, ...openedFolders()]) {
    if (!existsSync(runPaths(folder).run)) continue;
    const file = tryRead(folder);
    if (!file) continue;
    // A copied folder has the id of its original; its path tells them apart.
    const id = found.has(file.id) ? `${file.id}@${folder}` : file.id;
    found.set(id, { id, folder, file });
  }
  return [...found.values()].sort((a, b) => b.file.created.localeCompare(a.file.created) || a.id.localeCompare(b.id));
}

const read = new Map<string, { written: string; file: RunFile }>();

/** A description that was read is read again only when it was replaced. */
function tryRead(folder: string): RunFile | undefined {
  try {
    const { mtimeMs, ino } = statSync(runPaths(folder).run);
    const written = `${ino} ${mtimeMs}`;
    const known = read.get(folder);
    if (known?.written === written) return known.file;
    const file = readRunFile(folder);
    read.set(folder, { written, file });
    return file;
  } catch (error) {
    if (error instanceof UserError) return undefined; // Reported when it is opened by its path.
    throw error;
  }
}

/** @throws UserError when there is no such run */
export function findRun(id: string): FoundRun {
  const run = findRuns().find((each) => each.id === id);
  if (!run) throw new UserError('run.unknown', `There is no run "${id}".`, { hint: '`basin list` shows the runs there are.' });
  return run;
}

/**
 * A run as a person names it on the command line: its folder, its id, or its name (the newest of that name).
 *
 * @throws UserError when nothing fits
 */
export function resolveRun(named: string): FoundRun {
  if (existsSync(named) && statSync(named).isDirectory()) {
    const folder = resolve(named);
    const file = readRunFile(folder);
    return { id: file.id, folder, file };
  }
  const runs = findRuns();
  const run = runs.find(({ id }) => id === named) ?? runs.find(({ folder, file }) => file.name === named || basename(folder) === named);
  if (run) return run;
  throw new UserError('run.unknown', `There is no run "${named}": no folder, id or name fits.`, { hint: '`basin list` shows the runs there are.' });
}

/**
 * A new, empty folder for a run: `out`, or the first free `name-1`, `name-2` ... in the runs folder.
 *
 * @throws UserError when `out` holds something already
 */
export function newRunFolder(name: string, out?: string): string {
  const chosen = out === undefined ? undefined : resolve(out);
  try {
    if (chosen !== undefined) {
      mkdirSync(chosen, { recursive: true });
      if (readdirSync(chosen).length > 0) {
        throw new UserError('run.folder-not-empty', `${chosen} is not empty.`, {
          hint: existsSync(runPaths(chosen).run) ? 'It holds a run: `basin resume` goes on with it, or choose another folder.' : 'Choose another folder.',
        });
      }
      return chosen;
    }
    const root = readSettings().runsFolder;
    mkdirSync(root, { recursive: true });
    const slug = name.normalize('NFKD').replace(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^[-.]+|[-.]+$/g, '').slice(0, 60) || 'run';
    for (let number = 1; ; number++) {
      const folder = join(root, `${slug}-${number}`);
      if (makeFolder(folder)) return folder;
    }
  } catch (error) {
    throw storageError(chosen ?? readSettings().runsFolder, error);
  }
}

/** False when it exists: another process may ask for the same name at the same moment. */
function makeFolder(folder: string): boolean {
  try {
    mkdirSync(folder);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Whether a run's data lie under this folder. */
export function isLearntFrom(folder: string): boolean {
  return findRuns().some(({ file }) => {
    const path = sourcePath.safeParse(file.specification).data?.data.source.path;
    return path !== undefined && (path === folder || path.startsWith(folder + sep));
  });
}

const sourcePath = z.object({ data: z.object({ source: z.object({ path: z.string() }) }) });

/** Removes a run's folder. @throws UserError while a process works on it */
export function removeRun({ folder, file }: FoundRun): void {
  acquireLock(runPaths(folder).lock, `run "${file.name}"`).release();
  rmSync(folder, { recursive: true, force: true });
}
