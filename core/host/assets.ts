import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UserError } from '#core/graph';

/** Whether a folder holds Basin's own package.json. */
function isProgramRoot(folder: string): boolean {
  const file = join(folder, 'package.json');
  if (!existsSync(file)) return false;
  const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
  return typeof content === 'object' && content !== null && 'name' in content && content.name === 'basin';
}

/**
 * The folder that holds `package.json`, `assets` and `dist`: the clone, or the archive of an installed program. The
 * code is bundled, so a file is never looked for beside the source that wants it.
 *
 * @throws when no parent folder is Basin's: the program's files were torn apart
 */
export function programRoot(): string {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    if (isProgramRoot(folder)) return folder;
    if (folder === dirname(folder)) throw new Error(`Basin's own files are incomplete: no package.json above ${import.meta.dirname}.`);
  }
}

/**
 * A file that belongs to the program, such as a sample specification.
 *
 * @param path below `assets`, with forward slashes: `specs/iris.json`
 * @throws UserError when it is missing
 */
export function assetPath(path: string): string {
  return present(join(programRoot(), 'assets', path), 'The installation is damaged: install Basin again, or check the clone with "git status".');
}

/**
 * A file that the build makes, such as the viewer of exported surfaces.
 *
 * @param path below `dist`, with forward slashes: `surface-viewer.js`
 * @throws UserError when it is missing
 */
export function builtPath(path: string): string {
  return present(join(programRoot(), 'dist', path), 'Run "npm run build" in the clone.');
}

function present(file: string, hint: string): string {
  if (!existsSync(file)) throw new UserError('program.file-missing', `A file of the program is missing: ${file}`, { hint });
  return file;
}
