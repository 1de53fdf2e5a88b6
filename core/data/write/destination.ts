import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { UserError } from '#core/graph';

export interface WriteOptions {
  /** Replace what lies at the path. Default: refuse. */
  overwrite?: boolean;
  signal?: AbortSignal;
}

/** Pieces of a file in order; text is written as UTF-8. */
export type Chunks = AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>;

/** A name beside `path` that nobody else uses, to be renamed when it is whole. */
const temporary = (path: string): string => join(dirname(path), `.${basename(path)}.${randomUUID().slice(0, 8)}.tmp`);

/**
 * Writes a file whole or not at all: until the last byte is on the disk nothing has the name. Returns its bytes.
 * @throws UserError where it exists and may not be replaced, or where the disk refuses
 */
export async function writeFileWhole(path: string, chunks: Chunks, options: WriteOptions): Promise<number> {
  const there = await kindOf(path);
  if (there === 'folder') throw new UserError('write.is-folder', `${path} is a folder, not a file.`, { hint: 'Choose another name.' });
  if (there !== null && !options.overwrite) throw exists(path);
  const partial = temporary(resolve(path));
  try {
    const bytes = await stream(partial, chunks, options.signal);
    await rename(partial, path);
    return bytes;
  } catch (error) {
    await rm(partial, { force: true });
    throw inWords(path, error);
  }
}

/**
 * Writes a folder of files whole or not at all. With `overwrite` a folder is replaced only where every file in it is one
 * that `ours` recognises, so that nothing else is ever lost. Returns the files' bytes together.
 */
export async function writeFolderWhole(
  path: string,
  files: Iterable<{ name: string; chunks: Chunks }>,
  ours: (name: string) => boolean,
  options: WriteOptions,
): Promise<number> {
  const there = await kindOf(path);
  if (there === 'file') throw new UserError('write.is-file', `${path} is a file, not a folder.`, { hint: 'Choose another name.' });
  const entries = there === 'folder' ? await readdir(path) : [];
  if (entries.length > 0 && !options.overwrite) throw exists(path);
  const foreign = entries.filter((name) => !ours(name));
  if (foreign.length > 0) {
    throw new UserError('write.foreign-files', `${path} also holds ${foreign.slice(0, 3).join(', ')}${foreign.length > 3 ? ` and ${foreign.length - 3} more` : ''}.`, {
      hint: 'Only a folder that holds nothing but such a data set is replaced. Choose another folder.',
    });
  }
  const partial = temporary(resolve(path));
  try {
    await mkdir(partial);
    let bytes = 0;
    for (const { name, chunks } of files) bytes += await stream(join(partial, name), chunks, options.signal);
    await putInPlace(partial, path, there !== null);
    return bytes;
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw inWords(path, error);
  }
}

/** Gives a folder that is whole its name; the one that had it goes only then, and comes back if that fails. */
async function putInPlace(folder: string, path: string, replace: boolean): Promise<void> {
  if (!replace) return rename(folder, path);
  const old = temporary(resolve(path));
  await rename(path, old);
  try {
    await rename(folder, path);
  } catch (error) {
    await rename(old, path);
    throw error;
  }
  await rm(old, { recursive: true });
}

async function stream(path: string, chunks: Chunks, signal?: AbortSignal): Promise<number> {
  const file = await open(path, 'wx');
  try {
    let bytes = 0;
    for await (const chunk of chunks) {
      signal?.throwIfAborted();
      const piece = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
      await file.appendFile(piece);
      bytes += piece.length;
    }
    await file.sync();
    return bytes;
  } finally {
    await file.close();
  }
}

async function kindOf(path: string): Promise<'file' | 'folder' | null> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw inWords(path, error);
  }
}

const exists = (path: string): UserError =>
  new UserError('write.exists', `${path} exists.`, { hint: 'Choose another name, or allow it to be overwritten (--overwrite on the command line).' });

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

/** The system's refusals for people; other errors unchanged. */
function inWords(path: string, error: unknown): unknown {
  switch (codeOf(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new UserError('write.disk-full', `The disk is full: ${path} could not be written.`, { hint: 'Make room, or choose another disk.', cause: error });
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new UserError('write.not-writable', `No permission to write ${path}.`, { hint: 'Choose another folder.', cause: error });
    case 'ENOENT':
    case 'ENOTDIR':
      return new UserError('write.no-folder', `${path} cannot be written: there is no folder ${dirname(path)}.`, { hint: 'Make the folder first.', cause: error });
    default:
      return error;
  }
}
