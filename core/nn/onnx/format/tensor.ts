import { sizeOf } from '#core/graph';
import { bfloatToFloat, halfToFloat } from '../../half';
import { type ElementType, Known } from '../array';
import type { ExternalData } from './external';
import { limits } from './limits';
import { fieldsOf, floatsOf, integerOf, integersOf, messageOf, type Refuse, textOf } from './protobuf';

interface Storage {
  readonly type: ElementType;
  /** Bytes an element where the numbers are stored raw. */
  readonly bytes: number;
  readonly name: string;
}

/** ONNX's element types (TensorProto.DataType) that Basin reads, and what they become. */
const storages: Readonly<Record<number, Storage>> = {
  1: { type: 'float32', bytes: 4, name: 'float' },
  2: { type: 'int32', bytes: 1, name: 'uint8' },
  3: { type: 'int32', bytes: 1, name: 'int8' },
  4: { type: 'int32', bytes: 2, name: 'uint16' },
  5: { type: 'int32', bytes: 2, name: 'int16' },
  6: { type: 'int32', bytes: 4, name: 'int32' },
  7: { type: 'int64', bytes: 8, name: 'int64' },
  8: { type: 'string', bytes: 0, name: 'string' },
  9: { type: 'bool', bytes: 1, name: 'bool' },
  10: { type: 'float32', bytes: 2, name: 'float16' },
  11: { type: 'float32', bytes: 8, name: 'double' },
  12: { type: 'int64', bytes: 4, name: 'uint32' },
  13: { type: 'int64', bytes: 8, name: 'uint64' },
  16: { type: 'float32', bytes: 2, name: 'bfloat16' },
};

/** The name of an element type, and what it becomes here; undefined for those that are not read (complex, 8 bits and less). */
export const elementType = (code: number): Storage | undefined => storages[code];

/** A named array of a file. Half, bfloat16 and double numbers become single. */
export interface StoredArray {
  readonly name: string;
  readonly array: Known;
}

/** Reads a TensorProto. @param external gives the bytes of arrays that lie in files of their own */
export function readTensor(bytes: Uint8Array, refuse: Refuse, external: ExternalData): StoredArray {
  const dims: number[] = [];
  const numbers: number[] = [];
  const words: string[] = [];
  const reference = new Map<string, string>();
  let code = 0;
  let name = '';
  let raw: Uint8Array | undefined;
  let outside = false;
  for (const field of fieldsOf(bytes, refuse)) {
    switch (field.number) {
      case 1: integersOf(field, refuse, dims); break;
      case 2: code = integerOf(field, refuse); break;
      case 3: refuse('a tensor is stored in segments, which no program reads');
        break;
      case 4: floatsOf(field, 4, refuse, numbers); break;
      case 5:
      case 7:
      case 11: integersOf(field, refuse, numbers); break;
      case 6: words.push(textOf(field, refuse)); break;
      case 8: name = textOf(field, refuse); break;
      case 9: raw = messageOf(field, refuse); break;
      case 10: floatsOf(field, 8, refuse, numbers); break;
      case 13: readEntry(messageOf(field, refuse), refuse, reference); break;
      case 14: outside = integerOf(field, refuse) === 1; break;
    }
  }
  const where = `tensor "${name}"`;
  const storage = storages[code];
  if (storage === undefined) return refuse(`${where} holds elements of the kind ${code}, which Basin does not read`);
  checkShape(dims, where, refuse);
  const size = sizeOf(dims);
  if (storage.type === 'string') {
    if (words.length !== size) refuse(`${where} has ${words.length} texts for the shape [${dims.join(', ')}]`);
    return { name, array: new Known('string', dims, new Float64Array(0), words) };
  }
  if (outside) raw = external(reference, size * storage.bytes, where);
  if (raw === undefined) return { name, array: new Known(storage.type, dims, fromNumbers(numbers, size, code, where, refuse)) };
  if (raw.length !== size * storage.bytes) {
    refuse(`${where} has ${raw.length} bytes; ${storage.name} [${dims.join(', ')}] takes ${size * storage.bytes}`);
  }
  return { name, array: new Known(storage.type, dims, fromBytes(raw, code, size)) };
}

/** Refuses shapes that no array can have. */
export function checkShape(dims: readonly number[], where: string, refuse: Refuse): void {
  if (dims.length > limits.rank) refuse(`${where} has ${dims.length} axes; Basin reads up to ${limits.rank}`);
  const wrong = dims.find((n) => !Number.isInteger(n) || n < 0 || n > limits.elements);
  if (wrong !== undefined) refuse(`${where} has an axis of length ${wrong}`);
  if (sizeOf(dims) > limits.elements) refuse(`${where} of shape [${dims.join(', ')}] has more than ${limits.elements} elements`);
}

function readEntry(bytes: Uint8Array, refuse: Refuse, into: Map<string, string>): void {
  let key = '';
  let value = '';
  for (const field of fieldsOf(bytes, refuse)) {
    if (field.number === 1) key = textOf(field, refuse);
    else if (field.number === 2) value = textOf(field, refuse);
  }
  into.set(key, value);
}

/** Numbers stored one by one. Half precision is stored as its bits. */
function fromNumbers(numbers: readonly number[], size: number, code: number, where: string, refuse: Refuse): Float32Array | Float64Array {
  if (numbers.length !== size) refuse(`${where} has ${numbers.length} numbers for ${size} elements`);
  if (code === 10) return Float32Array.from(numbers, (bits) => halfToFloat(bits & 0xffff));
  if (code === 16) return Float32Array.from(numbers, (bits) => bfloatToFloat(bits & 0xffff));
  return code === 1 || code === 11 ? Float32Array.from(numbers) : Float64Array.from(numbers, (n) => wrap(n, code));
}

/** What a narrow integer holds of `n`. */
function wrap(n: number, code: number): number {
  switch (code) {
    case 2: return n & 0xff;
    case 3: return (n << 24) >> 24;
    case 4: return n & 0xffff;
    case 5: return (n << 16) >> 16;
    case 6: return n | 0;
    case 9: return n === 0 ? 0 : 1;
    case 12: return n >>> 0;
    default: return n;
  }
}

function fromBytes(raw: Uint8Array, code: number, size: number): Float32Array | Float64Array {
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const floats = (width: number, read: (at: number) => number): Float32Array => {
    const data = new Float32Array(size);
    for (let i = 0; i < size; i++) data[i] = read(i * width);
    return data;
  };
  const whole = (width: number, read: (at: number) => number): Float64Array => {
    const data = new Float64Array(size);
    for (let i = 0; i < size; i++) data[i] = read(i * width);
    return data;
  };
  switch (code) {
    case 1: return new Float32Array(new Uint8Array(raw).buffer);
    case 10: return floats(2, (at) => halfToFloat(view.getUint16(at, true)));
    case 11: return floats(8, (at) => view.getFloat64(at, true));
    case 16: return floats(2, (at) => bfloatToFloat(view.getUint16(at, true)));
    case 2: return whole(1, (at) => view.getUint8(at));
    case 3: return whole(1, (at) => view.getInt8(at));
    case 4: return whole(2, (at) => view.getUint16(at, true));
    case 5: return whole(2, (at) => view.getInt16(at, true));
    case 6: return whole(4, (at) => view.getInt32(at, true));
    case 9: return whole(1, (at) => (view.getUint8(at) === 0 ? 0 : 1));
    case 12: return whole(4, (at) => view.getUint32(at, true));
    case 13: return whole(8, (at) => Number(view.getBigUint64(at, true)));
    default: return whole(8, (at) => Number(view.getBigInt64(at, true)));
  }
}
