import { availableParallelism } from 'node:os';
import sharp from 'sharp';
import { ZipFile } from 'yazl';
import { UserError } from '#core/graph';
import type { ImageSource, Notice } from '../source';
import { partCode } from '../source';
import type { Chunks } from './destination';
import { checkLabelled } from './idx';

/** The archive is the same bytes whenever it is written. */
const entryOptions = { compress: false, mtime: new Date(1980, 0, 1), forceDosTimestamp: true };

const partNames: Record<number, string> = { [partCode.train]: 'train/', [partCode.validation]: 'validation/', [partCode.test]: 'test/' };

/** Names of folders that every system takes, one a class and no two alike. */
export function folderNames(classes: readonly string[]): string[] {
  const taken = new Set<string>();
  return classes.map((name) => {
    // eslint-disable-next-line no-control-regex -- control characters are exactly what no folder may have
    const plain = name.replaceAll(/[\\/:*?"<>|\u0000-\u001f]/g, '_').replace(/^\s+|[\s.]+$/g, '') || '_';
    // Names of devices on Windows.
    const allowed = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i.test(plain) ? `${plain}_` : plain;
    let unique = allowed;
    for (let i = 2; taken.has(unique.toLowerCase()); i++) unique = `${allowed} ${i}`;
    taken.add(unique.toLowerCase());
    return unique;
  });
}

/**
 * Pictures as PNG files in a zip archive, one folder a class, the parts (`train/`, `test/`, `validation/`) above them.
 * @throws UserError where the pictures are not bytes of 1, 3 or 4 channels, or have a number instead of a class
 */
export function pngZip(source: ImageSource, signal?: AbortSignal): { chunks: Chunks; notices: Notice[] } {
  const { target, size } = source;
  if (target?.storage === 'number') {
    throw new UserError('write.no-classes', 'These pictures have a number to predict, no class that could be a folder.', { hint: 'Write them as IDX: name a folder instead of a zip.' });
  }
  if (![1, 3, 4].includes(size.channels)) {
    throw new UserError('write.channels', `PNG holds 1, 3 or 4 channels; these pictures have ${size.channels}.`, { hint: 'Write them as IDX: name a folder instead of a zip.' });
  }
  if (target) checkLabelled(source, target);
  const folders = target ? folderNames(target.dictionary) : [];
  const changed = folders.findIndex((folder, code) => folder !== target!.dictionary[code]);
  const notices: Notice[] = changed < 0 ? [] : [{
    code: 'write.folder-name',
    message: `Class "${target!.dictionary[changed]}" has a name that no folder can have: it is written as "${folders[changed]}".`,
  }];
  const digits = String(Math.max(0, source.count - 1)).length;
  const entryName = (index: number): string => {
    const folder = target ? `${folders[target.codes[index]!]}/` : '';
    return `${partNames[source.parts?.[index] ?? 0] ?? ''}${folder}${String(index).padStart(digits, '0')}.png`;
  };
  return { chunks: archive(source, entryName, signal), notices };
}

async function* archive(source: ImageSource, entryName: (index: number) => string, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  const zip = new ZipFile();
  const output = zip.outputStream as NodeJS.ReadableStream & { destroy(error: Error): void };
  const abandoned = new AbortController();
  const filled = fill(zip, source, entryName, AbortSignal.any([abandoned.signal, ...(signal ? [signal] : [])])).catch((error: unknown) => {
    output.destroy(error instanceof Error ? error : new Error(String(error)));
  });
  try {
    for await (const chunk of output) yield chunk as Buffer;
  } finally {
    // Where writing failed, nobody wants the rest.
    abandoned.abort();
    await filled;
  }
}

async function fill(zip: ZipFile, source: ImageSource, entryName: (index: number) => string, signal: AbortSignal): Promise<void> {
  const { width, height, channels } = source.size;
  const length = width * height * channels;
  const batch = 8 * availableParallelism();
  for (let start = 0; start < source.count; start += batch) {
    signal.throwIfAborted();
    const indices = Array.from({ length: Math.min(batch, source.count - start) }, (_, i) => start + i);
    const pixels = await source.pixels(indices, source.size, signal);
    if (!(pixels instanceof Uint8Array)) {
      throw new UserError('write.float-pixels', 'PNG holds bytes; these pixels are fractions.', { hint: 'Write them as IDX: name a folder instead of a zip.' });
    }
    const files = await Promise.all(indices.map((_, i) =>
      sharp(pixels.subarray(i * length, (i + 1) * length), { raw: { width, height, channels: channels as 1 | 3 | 4 } }).toColourspace(channels === 1 ? 'b-w' : 'srgb').png({ compressionLevel: 9 }).toBuffer()));
    files.forEach((file, i) => zip.addBuffer(file, entryName(indices[i]!), entryOptions));
  }
  zip.end();
}
