import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { storageError } from './storage-error';

/**
 * Replaces a file whole: whoever reads it, and whatever ends this process, sees the old contents or the new ones.
 *
 * @param durable the bytes are on the disk before the name points at them, so that a power cut changes nothing of this; costs
 *   the disk's own time, about ten milliseconds
 *
 * @throws UserError when the disk is full or the folder cannot be written; the old file is then untouched
 */
export function writeAtomically(path: string, contents: Uint8Array | string, { durable = true } = {}): void {
  const bytes = typeof contents === 'string' ? Buffer.from(contents) : contents;
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const file = openSync(temporary, 'w');
    try {
      writeWhole(file, bytes);
      if (durable) fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
    if (durable) syncFolder(dirname(path));
  } catch (error) {
    rmSync(temporary, { force: true });
    throw storageError(path, error);
  }
}

/** Writes every byte: a nearly full disk takes only the first part of a write and reports the lack with the next. */
export function writeWhole(file: number, bytes: Uint8Array, position = 0): void {
  for (let written = 0; written < bytes.length; ) {
    written += writeSync(file, bytes, written, bytes.length - written, position + written);
  }
}

/** Makes a rename last through a power cut. Windows neither needs nor allows it. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
