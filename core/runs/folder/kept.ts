import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '#core/graph';

/** Names of what is kept below a folder: of those folders that hold `file`, which each of their kind has. */
export function* keptNames(folder: string, file: string): Generator<string, void> {
  // Looked at one by one: while one is read another may go.
  for (const id of existsSync(folder) ? readdirSync(folder) : []) if (existsSync(join(folder, id, file))) yield id;
}

/** Whether something of this name is kept below a folder. A name that leads elsewhere names nothing. */
export const isKept = (folder: string, id: string, file = ''): boolean => /^[\w.-]+$/.test(id) && !id.startsWith('.') && existsSync(join(folder, id, file));

/** What `read` makes of all that is kept below a folder, newest first; what is damaged is left out, and told when it is opened. */
export async function listKept<T extends { readonly created: number }>(folder: string, file: string, read: (id: string) => T | Promise<T>): Promise<T[]> {
  const found: T[] = [];
  for (const id of keptNames(folder, file)) {
    try {
      found.push(await read(id));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
    }
  }
  return found.sort((a, b) => b.created - a.created);
}
