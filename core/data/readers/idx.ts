import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UserError } from '#core/graph';
import type { ImageSource, Notice, Probe, Reader, Source } from '../source';
import { partCode } from '../source';
import { arrayTable } from './array-table';
import { blockAccess } from './array-images';
import { fingerprintOf } from './fingerprint';
import type { IdxArray } from './idx-file';
import { hasIdxMagic, readIdx } from './idx-file';
import { classesOf, labelColumn } from './labels';

/** A file's place in a group named like MNIST's: `emnist-letters-train-images-idx3-ubyte.gz`. */
interface Member {
  file: string;
  /** What comes before: `emnist-letters-`; empty for MNIST itself. */
  prefix: string;
  part: 'train' | 'test';
  content: 'images' | 'labels';
}

const memberName = /^(.*?)(train|t10k|test)[-_.](images|labels)(?:[-_.]idx[0-9]+)?(?:[-_.]ubyte)?(?:\.idx)?(?:\.gz)?$/i;

function member(file: string): Member | null {
  const match = memberName.exec(file);
  if (!match) return null;
  return {
    file,
    prefix: match[1]!,
    part: match[2]!.toLowerCase() === 'train' ? 'train' : 'test',
    content: match[3]!.toLowerCase() as Member['content'],
  };
}

const isMember = (entry: Member | null): entry is Member => entry !== null;

function recognises(probe: Probe): boolean {
  if (probe.directory) return probe.entries.some((entry) => member(entry)?.content === 'images' && /ubyte|idx/i.test(entry));
  return hasIdxMagic(probe.head) || /(?:idx\d+[-.]ubyte|\.idx|\.idx\d|-ubyte)(?:\.gz)?$/i.test(probe.path);
}

async function open(probe: Probe): Promise<Source> {
  if (probe.directory) return openGroup(probe.path, probe.entries, null, basename(probe.path), probe.path);
  const file = basename(probe.path);
  const own = member(file);
  if (!own) return openSingle(probe);
  return openGroup(dirname(probe.path), await readdir(dirname(probe.path)), own, file, probe.path);
}

/** The pictures and labels of one group in a folder: the one that `own` belongs to, or the only one there is. */
async function openGroup(folder: string, entries: readonly string[], own: Member | null, name: string, path: string): Promise<ImageSource> {
  const all = entries.map(member).filter(isMember);
  const prefixes = [...new Set(all.map(({ prefix }) => prefix))];
  if (!own && prefixes.length > 1) {
    throw new UserError('data.idx.groups', `The folder ${folder} holds ${prefixes.length} data sets: ${prefixes.map((p) => p || '(no prefix)').join(', ')}.`, {
      hint: 'Open one of its image files instead of the folder.',
    });
  }
  const group = all.filter(({ prefix }) => prefix === (own?.prefix ?? prefixes[0]));
  const pairs: Pair[] = [];
  for (const part of ['train', 'test'] as const) {
    const images = find(group, own, part, 'images');
    const labels = find(group, own, part, 'labels');
    if (!images && !labels) continue;
    if (!images || !labels) throw incomplete(folder, (images ?? labels)!);
    pairs.push(await readPair(folder, part, images.file, labels.file));
  }
  const size = pictureSize(pairs[0]!.images);
  for (const { images } of pairs) {
    const other = pictureSize(images);
    if (other.width !== size.width || other.height !== size.height || other.channels !== size.channels) {
      throw new UserError('data.idx.sizes', `${images.file} holds pictures of ${sizeName(other)}, ${pairs[0]!.images.file} of ${sizeName(size)}.`, {
        hint: 'Keep the files of one data set together.',
      });
    }
  }
  const labels = Float64Array.from(pairs.flatMap((pair) => [...pair.labels.values]));
  const target = classesOf(labels, 'class') ?? labelColumn(labels, false);
  const blocks = pairs.map(({ images }) => ({ name: images.file, count: images.shape[0]!, pixels: pixelsOf(images) }));
  const notices: Notice[] = [];
  const missing = (['train', 'test'] as const).filter((part) => !pairs.some((pair) => pair.part === part));
  if (missing.length > 0) notices.push({ code: 'idx.one-part', message: `${name}: there is no ${missing[0]} part beside it.` });
  return {
    kind: 'images', name, format: 'idx', path, notices, size, sameSize: true, target,
    count: labels.length,
    bytes: pairs.reduce((sum, pair) => sum + pair.images.bytes + pair.labels.bytes, 0),
    fingerprint: fingerprintOf(pairs.flatMap((pair) => [pair.images, pair.labels]).map((array) => ({ name: array.file, hash: array.fingerprint }))),
    parts: Uint8Array.from(pairs.flatMap((pair) => new Array<number>(pair.labels.values.length).fill(partCode[pair.part]))),
    ...blockAccess(blocks, size),
  };
}

/** The dropped file itself where it fits; of a file that lies there twice, gzipped and not, the latter. */
function find(group: readonly Member[], own: Member | null, part: Member['part'], content: Member['content']): Member | undefined {
  if (own?.part === part && own.content === content) return own;
  const fitting = group.filter((entry) => entry.part === part && entry.content === content);
  return fitting.find(({ file }) => !file.endsWith('.gz')) ?? fitting[0];
}

interface Pair {
  part: 'train' | 'test';
  images: IdxArray;
  labels: IdxArray;
}

async function readPair(folder: string, part: Pair['part'], imageFile: string, labelFile: string): Promise<Pair> {
  const images = await readIdx(join(folder, imageFile));
  const labels = await readIdx(join(folder, labelFile));
  if (images.shape.length < 3) {
    throw new UserError('data.idx.shape', `${images.file} should hold pictures, but has the shape ${images.shape.join(' x ')}.`, {
      hint: 'Pictures have three dimensions (count, rows, columns); images and labels may have been swapped.',
    });
  }
  if (labels.shape.length !== 1) {
    throw new UserError('data.idx.shape', `${labels.file} should hold one label a picture, but has the shape ${labels.shape.join(' x ')}.`, {
      hint: 'Labels have one dimension; images and labels may have been swapped.',
    });
  }
  if (images.shape[0] !== labels.shape[0]) {
    throw new UserError('data.idx.count', `${images.file} holds ${images.shape[0]} pictures, ${labels.file} holds ${labels.shape[0]} labels.`, {
      hint: 'Take both files from the same source.',
    });
  }
  return { part, images, labels };
}

function incomplete(folder: string, there: Member): UserError {
  const wanted = there.content === 'images' ? 'labels' : 'images';
  const expected = there.file
    .replace(/images(?=[-_.]|$)|labels(?=[-_.]|$)/i, wanted)
    .replace(/idx\d/i, wanted === 'labels' ? 'idx1' : 'idx3')
    .replace(/\.gz$/i, '');
  return new UserError('data.idx.incomplete', `${there.file} has no ${wanted} beside it: ${expected} (or ${expected}.gz) expected in ${folder}.`, {
    hint: `Put the file with the ${wanted} into the same folder.`,
  });
}

function pictureSize({ shape }: IdxArray): { width: number; height: number; channels: number } {
  return { height: shape[1]!, width: shape[2]!, channels: shape[3] ?? 1 };
}

function sizeName({ width, height, channels }: { width: number; height: number; channels: number }): string {
  return `${width} x ${height} x ${channels}`;
}

function pixelsOf({ values }: IdxArray): Uint8Array | Float32Array {
  return values instanceof Uint8Array ? values : Float32Array.from(values);
}

/** An IDX file that belongs to no group: rows of numbers, or pictures without classes. */
async function openSingle(probe: Probe): Promise<Source> {
  const array = await readIdx(probe.path);
  const base = { name: array.file, format: 'idx', path: probe.path, bytes: array.bytes, fingerprint: array.fingerprint };
  if (array.shape.length <= 2) return { ...base, ...arrayTable(array.values, array.shape), notices: [] };
  const size = pictureSize(array);
  return {
    ...base, kind: 'images', size, sameSize: true, count: array.shape[0]!,
    notices: [{ code: 'images.unlabelled', message: `${array.file} holds pictures without classes.`, hint: 'Name it like MNIST (train-images-idx3-ubyte) and put train-labels-idx1-ubyte beside it.' }],
    ...blockAccess([{ name: array.file, count: array.shape[0]!, pixels: pixelsOf(array) }], size),
  };
}

/** IDX, the format of MNIST. */
export const idxReader: Reader = {
  format: 'idx',
  title: 'IDX (MNIST), plain or gzipped',
  extensions: ['idx', 'gz', 'idx3-ubyte', 'idx1-ubyte'],
  recognises,
  open,
};
