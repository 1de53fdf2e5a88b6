import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { z } from 'zod';
import { UserError } from '#core/graph';
import { storageError } from './storage-error';

const owner = z.object({
  pid: z.int(),
  host: z.string(),
  /** When the process began, as its system counts it: tells a process from a later one with the same number. */
  began: z.string().nullable(),
  since: z.string(),
  token: z.string(),
});
export type LockOwner = z.infer<typeof owner>;

export interface Lock {
  release(): void;
}

/**
 * Makes this process the only one that writes a run's folder. A lock whose process is gone (killed, or the machine
 * restarted) is taken over.
 *
 * @throws UserError naming process and machine when another holds it
 */
export function acquireLock(path: string, what: string): Lock {
  const mine: LockOwner = {
    pid: process.pid,
    host: hostname(),
    began: processStart(process.pid),
    since: new Date().toISOString(),
    token: crypto.randomUUID(),
  };
  // A link appears with its contents complete, or not at all: no one ever reads half a lock.
  const draft = `${path}.${mine.token}`;
  try {
    writeFileSync(draft, JSON.stringify(mine));
    for (let attempt = 0; ; attempt++) {
      if (link(draft, path)) break;
      const other = readLock(path);
      if (other && isAlive(other)) throw lockedError(what, other);
      if (attempt === 10) throw new Error(`${path} cannot be taken over`);
      rmSync(path, { force: true });
    }
  } catch (error) {
    throw storageError(path, error);
  } finally {
    rmSync(draft, { force: true });
  }
  return {
    release() {
      if (readLock(path)?.token === mine.token) rmSync(path, { force: true });
    },
  };
}

/** Who is at work in a run's folder; `undefined` when no living process is. */
export function lockOwner(path: string): LockOwner | undefined {
  const found = readLock(path);
  return found && isAlive(found) ? found : undefined;
}

function lockedError(what: string, other: LockOwner): UserError {
  const who = other.pid === process.pid && other.host === hostname() ? 'this process' : `process ${other.pid} on ${other.host}`;
  return new UserError('run.locked', `${what} is in use by ${who} since ${other.since}.`, {
    hint: 'Pause or stop it there first, or copy the folder and work on the copy.',
  });
}

function link(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error) {
      if (error.code === 'EEXIST') return false;
      // Some network and memory-card file systems have no links; exclusive creation is the next best.
      if (error.code === 'EPERM' || error.code === 'ENOSYS' || error.code === 'ENOTSUP') return createExclusively(from, to);
    }
    throw error;
  }
}

function createExclusively(from: string, to: string): boolean {
  try {
    writeFileSync(to, readFileSync(from), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function readLock(path: string): LockOwner | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  const parsed = owner.safeParse(parseJson(text));
  return parsed.success ? parsed.data : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Torn by a power cut: nobody's lock.
  }
}

function isAlive({ pid, host, began }: LockOwner): boolean {
  if (host !== hostname()) return true; // Another machine on a shared disk: it cannot be asked, so it is believed.
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
    // EPERM: it lives and is another user's.
  }
  return began === null || processStart(pid) === began;
}

/** The start time of a process from Linux's process table; elsewhere unknown. */
function processStart(pid: number): string | null {
  if (process.platform !== 'linux') return null;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in parentheses and may hold spaces; the start time is field 22.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null; // No such process, or no process table.
  }
}
