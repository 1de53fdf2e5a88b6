import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { ImageSource, Notice, Probe, Reader, ReadOptions } from '../source';
import { countOf, firstNames } from './image-layout';
import { pictureSource } from './picture-set';

/** Files below a folder, relative to it; links to files count, links to folders are not followed. */
export async function filesBelow(folder: string, signal?: AbortSignal): Promise<{ files: string[]; linked: string[] }> {
  const files: string[] = [];
  const linked: string[] = [];
  const walk = async (relative: string): Promise<void> => {
    signal?.throwIfAborted();
    for (const entry of await readdir(join(folder, relative), { withFileTypes: true })) {
      const name = relative === '' ? entry.name : `${relative}/${entry.name}`;
      if (entry.name.startsWith('.')) continue;
      if (entry.isDirectory()) await walk(name);
      else if (entry.isFile()) files.push(name);
      else if (entry.isSymbolicLink()) ((await isFile(join(folder, name))) ? files : linked).push(name);
    }
  };
  await walk('');
  return { files, linked };
}

/** Whether a link leads to a file; one that leads nowhere or to a folder does not. */
async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

async function open(probe: Probe, options: ReadOptions): Promise<ImageSource> {
  const name = basename(resolve(probe.path));
  const { files, linked } = await filesBelow(probe.path, options.signal);
  const notices: Notice[] = [];
  if (linked.length > 0) {
    notices.push({ code: 'images.links', message: `${name}: ${countOf(linked.length, 'link is', 'links are')} not followed: ${firstNames(linked)}.` });
  }
  return pictureSource(
    {
      where: `The folder ${name}`, name, format: 'image-folder', path: probe.path, prefix: '', notices,
      files: files.map((file) => ({ name: file, read: () => readFile(join(probe.path, file)) })),
    },
    options,
  );
}

/** A folder of pictures, with a folder a class. */
export const imageFolderReader: Reader = {
  format: 'image-folder',
  title: 'Folder of pictures (PNG, JPEG, WebP, BMP)',
  extensions: [],
  recognises: (probe) => probe.directory,
  open,
};
