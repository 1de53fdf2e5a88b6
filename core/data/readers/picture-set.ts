import { UserError } from '#core/graph';
import type { ImageSource, Notice, PictureSize, ReadOptions, TextColumn } from '../source';
import type { Picture } from './bmp';
import { eachOf } from './concurrency';
import { fingerprintOf, sha256 } from './fingerprint';
import type { Placed } from './image-layout';
import { countOf, firstNames, layOut } from './image-layout';
import { decodePicture, pictureEnding } from './picture-decode';
import { convertChannels, resizeInto } from './resize';

/** A file in a folder or archive. */
export interface ContainedFile {
  /** Relative to the folder or archive, divided by `/`. */
  name: string;
  read(): Promise<Uint8Array>;
}

/** What holds the pictures. */
export interface PictureContainer {
  /** For messages: the folder's or archive's name. */
  where: string;
  name: string;
  format: string;
  path: string;
  files: readonly ContainedFile[];
  /** Before a picture's name in `sourceName`: `archive.zip:`. */
  prefix: string;
  notices: Notice[];
}

/** Decoded pictures up to this many bytes stay in memory; those of larger sets are decoded when asked for. */
const mostKept = 1e9;
const atOnce = 8;

interface Verified {
  placed: Placed<ContainedFile>;
  hash: string;
  bytes: number;
  size: PictureSize;
  picture: Picture | null;
}

/** Names that systems leave behind in folders and archives. */
function isClutter(name: string): boolean {
  return name.split('/').some((part) => part.startsWith('.') || part === '__MACOSX' || /^(?:thumbs\.db|desktop\.ini)$/i.test(part));
}

/**
 * Pictures as a source: each is decoded once, so that a damaged one shows now and not in the middle of training.
 * @throws UserError where there are no pictures, or naming those that cannot be decoded
 */
export async function pictureSource(container: PictureContainer, options: ReadOptions, keptBytes = mostKept): Promise<ImageSource> {
  const { where, notices } = container;
  const visible = container.files.filter(({ name }) => !isClutter(name));
  const files = visible.filter(({ name }) => pictureEnding.test(name));
  const others = visible.filter(({ name }) => !pictureEnding.test(name)).map(({ name }) => name);
  if (files.length === 0) throw noPictures(where, others);
  if (others.length > 0) {
    notices.push({ code: 'images.other-files', message: `${where}: ${countOf(others.length, 'file is', 'files are')} no PNG, JPEG, WebP or BMP and left out: ${firstNames(others)}.` });
  }
  const layout = layOut(files, where, notices);
  const verified = await verify(container, layout.pictures, options, keptBytes);
  const size = commonest(verified);
  const target = layout.classes ? classColumn(verified, layout.classes) : null;
  const root = layout.root === '' ? 0 : layout.root.length + 1;
  return {
    kind: 'images', name: container.name, format: container.format, path: container.path, notices,
    bytes: verified.reduce((sum, { bytes }) => sum + bytes, 0),
    fingerprint: fingerprintOf(verified.map(({ placed, hash }) => ({ name: placed.file.name.slice(root), hash }))),
    count: verified.length,
    size,
    sameSize: verified.every((one) => one.size.width === size.width && one.size.height === size.height),
    ...(target ? { target } : {}),
    ...(layout.parts ? { parts: Uint8Array.from(verified, ({ placed }) => placed.part) } : {}),
    sourceName: (index) => container.prefix + verified[index]!.placed.file.name,
    pixels: (indices, wanted, signal) => pixels(container, verified, indices, wanted, signal),
  };
}

/** Decodes every picture once, keeping them while there is room. */
async function verify(
  container: PictureContainer,
  placed: readonly Placed<ContainedFile>[],
  options: ReadOptions,
  keptBytes: number,
): Promise<Verified[]> {
  const results = new Array<Verified | null>(placed.length).fill(null);
  const bad = new Map<number, string>();
  let kept = 0;
  await eachOf(
    placed,
    atOnce,
    async (one, index) => {
      const contents = await one.file.read();
      let picture: Picture;
      try {
        picture = await decodePicture(contents);
      } catch (error) {
        bad.set(index, `${one.file.name} (${reason(error, contents)})`);
        return;
      }
      const { width, height, channels } = picture;
      kept += picture.pixels.length;
      if (kept > keptBytes) for (const result of results) if (result) result.picture = null;
      results[index] = {
        placed: one, hash: sha256(contents), bytes: contents.length, size: { width, height, channels },
        picture: kept > keptBytes ? null : picture,
      };
    },
    options.signal,
  );
  if (bad.size > 0) {
    const names = firstNames([...bad].sort(([a], [b]) => a - b).map(([, name]) => name));
    const good = placed.length - bad.size;
    if (options.onBadImage !== 'skip' || good === 0) {
      throw new UserError('data.images.bad', `${container.where}: ${bad.size} of ${countOf(placed.length, 'picture', 'pictures')} cannot be read: ${names}.`, {
        hint: good === 0 ? 'None of the pictures can be read.' : 'Replace or remove them, or open the data set with damaged pictures left out.',
      });
    }
    container.notices.push({ code: 'images.skipped', message: `${container.where}: ${countOf(bad.size, 'damaged picture is', 'damaged pictures are')} left out: ${names}.` });
  }
  return results.filter((result) => result !== null);
}

/** The decoder's message as a short phrase. */
function reason(error: unknown, contents: Uint8Array): string {
  if (contents.length === 0) return 'empty file';
  const message = error instanceof Error ? error.message : String(error);
  const line = message.split('\n').find((part) => part.trim() !== '') ?? 'damaged';
  if (/unsupported image format/i.test(line)) return 'no picture of a known format';
  return line.trim().replace(/^Input buffer (?:has corrupt header: )?/, '');
}

/** The size that most pictures have (the first of equals); colour as soon as one picture has it. */
function commonest(verified: readonly Verified[]): PictureSize {
  const counts = new Map<string, { count: number; size: PictureSize }>();
  for (const { size } of verified) {
    const key = `${size.width} ${size.height}`;
    const entry = counts.get(key) ?? { count: 0, size };
    entry.count++;
    counts.set(key, entry);
  }
  const { size } = [...counts.values()].reduce((best, entry) => (entry.count > best.count ? entry : best));
  return { width: size.width, height: size.height, channels: verified.some((one) => one.size.channels === 3) ? 3 : 1 };
}

function classColumn(verified: readonly Verified[], classes: readonly string[]): TextColumn {
  // Only classes that still have pictures.
  const present = new Set(verified.map(({ placed }) => placed.className));
  const dictionary = classes.filter((name) => present.has(name));
  const codes = new Map<string | null, number>(dictionary.map((name, code) => [name, code]));
  return { name: 'class', storage: 'text', codes: Int32Array.from(verified, ({ placed }) => codes.get(placed.className) ?? -1), dictionary };
}

async function pixels(
  container: PictureContainer,
  verified: readonly Verified[],
  indices: ArrayLike<number>,
  wanted: PictureSize,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const step = wanted.width * wanted.height * wanted.channels;
  const output = new Uint8Array(indices.length * step);
  await eachOf(
    Array.from(indices),
    atOnce,
    async (index, at) => {
      const one = verified[index];
      if (!one) throw new RangeError(`picture ${index} of ${verified.length}`);
      const picture = one.picture ?? (await decodeAgain(container, one));
      const converted = convertChannels(picture.pixels, picture.channels, wanted.channels);
      if (picture.width === wanted.width && picture.height === wanted.height) output.set(converted, at * step);
      else resizeInto(converted, picture, wanted.channels, output, at * step, wanted);
    },
    signal,
  );
  return output;
}

async function decodeAgain(container: PictureContainer, { placed, hash }: Verified): Promise<Picture> {
  const contents = await placed.file.read();
  if (sha256(contents) !== hash) {
    throw new UserError('data.images.changed', `${container.prefix}${placed.file.name} has changed since the data set was opened.`, { hint: 'Open the data set again.' });
  }
  return decodePicture(contents);
}

function noPictures(where: string, others: readonly string[]): UserError {
  return new UserError('data.images.none', `${where} holds no PNG, JPEG, WebP or BMP pictures${others.length > 0 ? ` (${countOf(others.length, 'other file', 'other files')}: ${firstNames(others)})` : ''}.`, {
    hint: others.length > 0 ? 'If one of these files is your table, open that file itself.' : 'Open a folder that holds pictures, or a file.',
  });
}
