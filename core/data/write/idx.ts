import { pipeline, Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { UserError } from '#core/graph';
import type { ImageSource, Notice, NumberColumn, TextColumn } from '../source';
import { partCode } from '../source';
import type { Chunks } from './destination';

/** Third byte of an IDX file: how its numbers are stored, big end first. */
const idxType = { uint8: 0x08, int32: 0x0c, float32: 0x0d, float64: 0x0e } as const;

/** Pictures asked for at a time. */
const batch = 256;

const fileName = /^(?:(?:train|t10k)-(?:images-idx[34]|labels-idx1)-ubyte\.gz|images-idx[34]-ubyte\.gz|classes\.txt)$/;

/** Whether a file has one of the names that are written here. */
export const isIdxName = (name: string): boolean => fileName.test(name);

/** `0, 0, type, number of dimensions`, then each dimension as a 32-bit word. */
function header(type: number, shape: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(4 + 4 * shape.length);
  bytes.set([0, 0, type, shape.length]);
  shape.forEach((size, i) => bytes.writeUInt32BE(size, 4 + 4 * i));
  return bytes;
}

async function* gzipped(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  // An error of the source ends the compressor with the same error, which is then thrown to the reader below.
  const zipped = pipeline(Readable.from(chunks), createGzip(), () => undefined);
  for await (const chunk of zipped) yield chunk as Buffer;
}

async function* pictures(source: ImageSource, indices: readonly number[], signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  const { width, height, channels } = source.size;
  const shape = [indices.length, height, width, ...(channels === 1 ? [] : [channels])];
  for (let start = 0; start < indices.length || start === 0; start += batch) {
    const pixels = await source.pixels(indices.slice(start, start + batch), source.size, signal);
    const bytes = pixels instanceof Uint8Array;
    if (start === 0) yield header(bytes ? idxType.uint8 : idxType.float32, shape);
    yield bytes ? pixels : bigEndian(pixels, 4, (buffer, value, at) => buffer.writeFloatBE(value, at));
  }
}

function* labels(target: TextColumn | NumberColumn, indices: readonly number[]): Generator<Uint8Array> {
  if (target.storage === 'number') {
    yield header(idxType.float64, [indices.length]);
    yield bigEndian(indices.map((i) => target.values[i]!), 8, (buffer, value, at) => buffer.writeDoubleBE(value, at));
    return;
  }
  const codes = indices.map((i) => target.codes[i]!);
  const small = target.dictionary.length <= 256;
  yield header(small ? idxType.uint8 : idxType.int32, [codes.length]);
  yield small ? Uint8Array.from(codes) : bigEndian(codes, 4, (buffer, value, at) => buffer.writeInt32BE(value, at));
}

function bigEndian(values: ArrayLike<number>, width: number, write: (buffer: Buffer, value: number, at: number) => void): Uint8Array {
  const buffer = Buffer.alloc(width * values.length);
  for (let i = 0; i < values.length; i++) write(buffer, values[i]!, width * i);
  return buffer;
}

/**
 * Pictures as a group of gzipped IDX files named as MNIST's: a training and, where the source tells, a test part; classes by
 * number, with their names in `classes.txt`. Unlabelled pictures are one file.
 */
export function idxFiles(source: ImageSource, signal?: AbortSignal): { files: { name: string; chunks: Chunks }[]; notices: Notice[] } {
  const rank = source.size.channels === 1 ? 3 : 4;
  const all = Array.from({ length: source.count }, (_, i) => i);
  const { target, parts } = source;
  if (target === undefined) return { files: [{ name: `images-idx${rank}-ubyte.gz`, chunks: gzipped(pictures(source, all, signal)) }], notices: [] };
  checkLabelled(source, target);
  const groups = [
    { name: 'train', indices: all.filter((i) => parts?.[i] !== partCode.test) },
    { name: 't10k', indices: all.filter((i) => parts?.[i] === partCode.test) },
  ].filter(({ indices }) => indices.length > 0);
  const files: { name: string; chunks: Chunks }[] = groups.flatMap(({ name, indices }) => [
    { name: `${name}-images-idx${rank}-ubyte.gz`, chunks: gzipped(pictures(source, indices, signal)) },
    { name: `${name}-labels-idx1-ubyte.gz`, chunks: gzipped(labels(target, indices)) },
  ]);
  const notices: Notice[] = [];
  if (parts?.includes(partCode.validation)) {
    notices.push({ code: 'write.idx.validation', message: 'IDX has no validation part: its pictures are written into the training part.' });
  }
  if (target.storage === 'text' && target.dictionary.some((name, code) => name !== String(code))) {
    files.push({ name: 'classes.txt', chunks: [`${target.dictionary.join('\n')}\n`] });
    notices.push({ code: 'write.idx.classes', message: 'IDX knows classes by number: class 0 is the first name in classes.txt, class 1 the second, and so on.' });
  }
  return { files, notices };
}

/** @throws UserError naming the first picture without a label */
export function checkLabelled(source: ImageSource, target: TextColumn | NumberColumn): void {
  const missing = target.storage === 'text' ? target.codes.indexOf(-1) : target.values.findIndex(Number.isNaN);
  if (missing < 0) return;
  throw new UserError('write.unlabelled', `Picture ${missing + 1} (${source.sourceName(missing)}) has no label.`, { hint: 'Label it, or take it out.' });
}
