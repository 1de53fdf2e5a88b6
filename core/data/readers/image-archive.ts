import type { ImageSource, Probe, Reader, ReadOptions } from '../source';
import { pictureSource } from './picture-set';
import { openArchive } from './zip';

/** Whether bytes begin like a zip archive, or like an empty one. */
export function isZip(head: Uint8Array): boolean {
  return head[0] === 0x50 && head[1] === 0x4b && ((head[2] === 3 && head[3] === 4) || (head[2] === 5 && head[3] === 6));
}

async function open(probe: Probe, options: ReadOptions): Promise<ImageSource> {
  const archive = await openArchive(probe.path, options.largestArchive, options.signal);
  return pictureSource(
    {
      where: archive.file, name: archive.file, format: 'image-archive', path: probe.path, prefix: `${archive.file}:`, notices: [],
      files: archive.entries.map((entry) => ({ name: entry.name, read: () => archive.read(entry) })),
    },
    options,
  );
}

/** A zip archive of pictures, with a folder a class. */
export const imageArchiveReader: Reader = {
  format: 'image-archive',
  title: 'Zip archive of pictures',
  extensions: ['zip'],
  recognises: (probe) => !probe.directory && !/\.(?:xlsx|ods|docx|pptx)$/i.test(probe.path) && (isZip(probe.head) || /\.zip$/i.test(probe.path)),
  open,
};
