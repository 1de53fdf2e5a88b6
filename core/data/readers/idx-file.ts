import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import { constants, gunzip, gunzipSync } from 'node:zlib';
import { UserError } from '#core/graph';
import { sha256 } from './fingerprint';

/** Number types of IDX by their code in the magic number: size in bytes and how one is read (big-endian). */
const types: Record<number, { name: string; bytes: number; read: (view: DataView, at: number) => number }> = {
  0x08: { name: 'unsigned byte', bytes: 1, read: (view, at) => view.getUint8(at) },
  0x09: { name: 'signed byte', bytes: 1, read: (view, at) => view.getInt8(at) },
  0x0b: { name: '16-bit integer', bytes: 2, read: (view, at) => view.getInt16(at) },
  0x0c: { name: '32-bit integer', bytes: 4, read: (view, at) => view.getInt32(at) },
  0x0d: { name: '32-bit float', bytes: 4, read: (view, at) => view.getFloat32(at) },
  0x0e: { name: '64-bit float', bytes: 8, read: (view, at) => view.getFloat64(at) },
};

/** An array as an IDX file holds it. */
export interface IdxArray {
  /** Name of the file. */
  file: string;
  shape: number[];
  /** Bytes for the type `unsigned byte`; 64-bit floats hold every value of the other types. */
  values: Uint8Array | Float64Array;
  integers: boolean;
  bytes: number;
  fingerprint: string;
}

const gzipped = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/**
 * Up to the first 64 bytes of what a gzip file's beginning holds; empty if that is damaged. The checksum at the end is
 * left out: whether it is right is said when the file is opened.
 */
function inflatedHead(head: Uint8Array): Uint8Array {
  try {
    return gunzipSync(head.subarray(0, Math.min(4096, head.length - 8)), { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, 64);
  } catch {
    // Not gzip, or damaged: then it has no magic number, and opening it says why.
    return new Uint8Array();
  }
}

/** Whether a file begins with the magic number of IDX, gzipped or not. */
export function hasIdxMagic(head: Uint8Array): boolean {
  const start = gzipped(head) ? inflatedHead(head) : head;
  return start.length >= 8 && start[0] === 0 && start[1] === 0 && start[2]! in types && start[3]! >= 1 && start[3]! <= 4;
}

/**
 * Reads one IDX file (Yann LeCun's format for MNIST): two zero bytes, type, number of dimensions, the dimensions as
 * 32-bit big-endian integers, then the values.
 * @throws UserError for a wrong magic number and for a file shorter or longer than its header says.
 */
export async function readIdx(path: string): Promise<IdxArray> {
  const file = basename(path);
  const raw = await readFile(path);
  const zipped = gzipped(raw);
  const head = zipped ? inflatedHead(raw) : raw.subarray(0, 64);
  const rank = head[3] ?? 0;
  const type = types[head[2] ?? 0];
  if (head.length < 4 || head[0] !== 0 || head[1] !== 0 || !type || rank < 1 || rank > 8) {
    const found = [...head.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    throw new UserError('data.idx.magic', `${file} is not an IDX file: it begins with ${found || 'nothing readable'}, not with 00 00, a type and a rank.`, {
      hint: 'Images begin with 00 00 08 03 and labels with 00 00 08 01. Check that it was downloaded completely and unpacked by the right program.',
    });
  }
  const start = 4 + 4 * rank;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (head.length < start) throw truncated(file, 'its header');
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const count = shape.reduce((product, extent) => product * extent, 1);
  const expected = start + count * type.bytes;
  // Deflate makes data at most 1032 times smaller.
  if (zipped ? raw.length * 1032 < expected : raw.length < expected) {
    throw truncated(file, `${expected} bytes (shape ${shape.join(' x ')}, ${type.name})`, zipped ? undefined : raw.length);
  }
  const contents = zipped ? await inflate(file, raw, expected) : raw;
  if (contents.length < expected) throw truncated(file, `${expected} bytes (shape ${shape.join(' x ')}, ${type.name})`, contents.length);
  if (contents.length > expected) {
    throw new UserError('data.idx.longer', `${file}: ${contents.length} bytes found, its header (shape ${shape.join(' x ')}, ${type.name}) accounts for ${expected}.`, {
      hint: 'The header does not fit the contents: get the file again.',
    });
  }
  if (count === 0) throw new UserError('data.empty', `${file} holds no values (shape ${shape.join(' x ')}).`);
  return {
    file, shape, integers: type.bytes < 4 || type.name === '32-bit integer', bytes: raw.length, fingerprint: sha256(raw),
    values: type.name === 'unsigned byte' ? new Uint8Array(contents.subarray(start)) : convert(contents, start, count, type),
  };
}

function convert(contents: Uint8Array, start: number, count: number, type: (typeof types)[number]): Float64Array {
  const view = new DataView(contents.buffer, contents.byteOffset, contents.byteLength);
  const values = new Float64Array(count);
  for (let i = 0; i < count; i++) values[i] = type!.read(view, start + i * type!.bytes);
  return values;
}

async function inflate(file: string, raw: Uint8Array, expected: number): Promise<Uint8Array> {
  try {
    return await promisify(gunzip)(raw, { maxOutputLength: expected + 1 });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE') {
      throw new UserError('data.idx.longer', `${file} unpacks to more than the ${expected} bytes that its header accounts for.`, {
        hint: 'The header does not fit the contents: get the file again.',
        cause,
      });
    }
    if (code === 'Z_BUF_ERROR') throw truncated(file, 'the end of its gzip stream');
    throw new UserError('data.gzip', `${file} is damaged: ${(cause as Error).message} (gzip).`, { hint: 'Get the file again.', cause });
  }
}

function truncated(file: string, expected: string, found?: number): UserError {
  return new UserError('data.idx.truncated', `${file} is cut short: ${expected} expected${found === undefined ? '' : `, ${found} found`}.`, {
    hint: 'Copy or download the file again.',
  });
}
