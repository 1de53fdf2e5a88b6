import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { UserError } from '#core/graph';
import { writeAtomically } from '#core/runs';

/**
 * Looks at where a result will be written, before the work for it begins.
 *
 * @throws UserError when the folder does not exist, or the name is that of a folder
 */
export function checkOutputFile(path: string): void {
  const folder = dirname(resolve(path));
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UserError('output.no-folder', `${path} cannot be written: there is no folder ${folder}.`, { hint: 'Make the folder, or choose another one.' });
  }
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UserError('output.is-folder', `${path} cannot be written: it is a folder.`, { hint: 'Name a file in it.' });
  }
}

/** Writes a result whole or not at all. @throws UserError when it cannot be written */
export function writeOutputFile(path: string, contents: Uint8Array | string): void {
  checkOutputFile(path);
  writeAtomically(path, contents);
}
