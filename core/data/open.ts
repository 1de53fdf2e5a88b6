import { readdir, stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { UserError } from '#core/graph';
import { readers } from './readers';
import { readHead } from './readers/file-stream';
import { headBytes } from './readers/probe-file';
import type { Probe, ReadOptions, Source } from './source';

/** Endings of the files that can be opened, without the dot, for file dialogs. */
export const openableExtensions: readonly string[] = [...new Set(readers.flatMap((reader) => reader.extensions))];

/** Formats that can be opened, with a title for people. */
export const openableFormats: readonly { format: string; title: string; extensions: readonly string[] }[] = readers.map(
  ({ format, title, extensions }) => ({ format, title, extensions }),
);

/**
 * Opens a file or folder of data by the reader that recognises it.
 * @throws UserError where it is missing, may not be read, is empty, is in no known format or is damaged.
 */
export async function openSource(path: string, options: ReadOptions = {}): Promise<Source> {
  const probe = await probePath(path);
  const reader = readers.find((candidate) => candidate.recognises(probe));
  if (!reader) throw unknownFormat(probe);
  try {
    return await reader.open(probe, options);
  } catch (error) {
    throw fromSystem(error, path) ?? error;
  }
}

/** Looks at a path as far as readers need to recognise it. */
async function probePath(path: string): Promise<Probe> {
  try {
    const info = await stat(path);
    if (info.isDirectory()) {
      const entries = (await readdir(path)).sort();
      if (entries.every((entry) => entry.startsWith('.'))) {
        throw new UserError('data.empty-folder', `The folder ${path} is empty.`, { hint: 'Open a folder that holds pictures, or a file.' });
      }
      return { path, directory: true, bytes: 0, head: new Uint8Array(), entries };
    }
    if (!info.isFile()) throw new UserError('data.not-a-file', `${path} is neither a file nor a folder.`);
    if (info.size === 0) {
      throw new UserError('data.empty', `The file ${path} is empty (0 bytes).`, { hint: 'Check that it was copied or downloaded completely.' });
    }
    return { path, directory: false, bytes: info.size, head: await readHead(path, headBytes), entries: [] };
  } catch (error) {
    throw fromSystem(error, path) ?? error;
  }
}

/** The system's refusals in words; null for any other error. */
function fromSystem(error: unknown, path: string): UserError | null {
  const { code, path: at } = (error ?? {}) as NodeJS.ErrnoException;
  if (error instanceof UserError) return null;
  const where = at ?? path;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new UserError('data.missing', `There is no file or folder ${where}.`, { hint: 'Check the path; it may have been moved or renamed.', cause: error });
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return new UserError('data.permission', `No permission to read ${where}.`, { hint: 'Change its permissions, or copy it to a folder of your own.', cause: error });
  }
  if (code === 'ENOSPC') {
    return new UserError('data.disk-full', `No room is left for a temporary copy of ${path}.`, { hint: 'Free some space on the disk for temporary files, or save the file as UTF-8 with one kind of line end.', cause: error });
  }
  if (code === 'EIO') return new UserError('data.disk', `The disk fails to read ${where}.`, { hint: 'Copy the file from another place.', cause: error });
  return null;
}

function unknownFormat(probe: Probe): UserError {
  const list = readers.map(({ title, extensions }) => (extensions.length > 0 ? `${title} (${extensions.map((e) => `.${e}`).join(' ')})` : title)).join('; ');
  const what = probe.directory ? `The folder ${probe.path} holds nothing` : `${basename(probe.path)}${extname(probe.path) ? '' : ' (no ending)'} is nothing`;
  return new UserError('data.unknown-format', `${what} that Basin knows how to open.`, { hint: `${adviceFor(probe)}It opens: ${list}.` });
}

/** What to do with formats that are often tried. */
function adviceFor({ path, head }: Probe): string {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'Unpack it first (it is compressed with gzip). ';
  if (/\.(?:xlsx?|ods)$/i.test(path)) return 'Save the sheet as CSV. ';
  if (/\.(?:png|jpe?g|webp|bmp)$/i.test(path)) return 'Open the folder that holds the pictures. ';
  return '';
}
