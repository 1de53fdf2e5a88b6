import { UserError } from '#core/graph';

/** Numbers of an array, row by row (C order) whatever the file's order was. */
export interface NumberArray {
  kind: 'numbers';
  shape: number[];
  /** Bytes stay bytes; 32-bit floats stay; everything else is widened to 64 bits. */
  values: Uint8Array | Float32Array | Float64Array;
  /** Whole numbers or truth values by type. */
  integers: boolean;
}

/** Strings of an array, row by row. */
export interface StringArray {
  kind: 'strings';
  shape: number[];
  values: string[];
}

export type NpyArray = NumberArray | StringArray;

/** Whether bytes begin with the magic string of NPY. */
export function isNpy(bytes: Uint8Array): boolean {
  return bytes.length > 10 && bytes[0] === 0x93 && [...'NUMPY'].every((letter, i) => bytes[i + 1] === letter.charCodeAt(0));
}

interface Header {
  type: string;
  fortran: boolean;
  shape: number[];
}

/**
 * Reads an array in NumPy's format (NEP 1, versions 1.0 to 3.0): booleans, integers, floats of 16 to 64 bits, strings;
 * either byte order, either memory order.
 * @param name for messages: `x.npy`, `data.npz: x`
 * @throws UserError for a damaged file, one shorter than its shape, and for types that are not data (objects, records)
 */
export function parseNpy(bytes: Uint8Array, name: string): NpyArray {
  if (!isNpy(bytes)) {
    throw new UserError('data.npy.magic', `${name} is not an NPY array: it does not begin with \\x93NUMPY.`, { hint: 'Save the array with numpy.save or numpy.savez.' });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const major = bytes[6]!;
  if (major < 1 || major > 3) {
    throw new UserError('data.npy.version', `${name} is in version ${major} of the NPY format; versions 1 to 3 can be read.`, { hint: 'Save the array again with a current NumPy.' });
  }
  const lengthBytes = major === 1 ? 2 : 4;
  const start = 8 + lengthBytes;
  const length = bytes.length < start ? Infinity : major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (start + length > bytes.length) {
    throw new UserError('data.npy.truncated', `${name} is cut short: its header alone is longer than the file.`, { hint: 'Copy or download the file again.' });
  }
  const text = new TextDecoder(major === 3 ? 'utf-8' : 'latin1').decode(bytes.subarray(start, start + length));
  const header = parseHeader(text, name);
  return readValues(bytes.subarray(start + length), header, name);
}

function parseHeader(text: string, name: string): Header {
  const damaged = (what: string): UserError =>
    new UserError('data.npy.header', `${name}: the header of the array is damaged (${what}).`, { hint: 'Save the array again with numpy.save.' });
  if (/['"]descr['"]\s*:\s*\[/.test(text)) {
    throw new UserError('data.npy.type', `${name} holds records (a structured array), which cannot be read.`, { hint: 'Save the fields as plain arrays, or the table as CSV or Parquet.' });
  }
  const type = /['"]descr['"]\s*:\s*['"]([^'"]+)['"]/.exec(text)?.[1];
  const order = /['"]fortran_order['"]\s*:\s*(True|False)/.exec(text)?.[1];
  const shape = /['"]shape['"]\s*:\s*\(([^)]*)\)/.exec(text)?.[1];
  if (type === undefined) throw damaged('no type');
  if (order === undefined) throw damaged('no memory order');
  if (shape === undefined || !/^[\s\dL,]*$/.test(shape)) throw damaged('no shape');
  const extents = shape.split(',').map((part) => part.trim().replace(/L$/, '')).filter((part) => part !== '').map(Number);
  return { type, fortran: order === 'True', shape: extents };
}

const numberTypes: Record<string, { bytes: number; read: (view: DataView, at: number, little: boolean) => number }> = {
  b1: { bytes: 1, read: (view, at) => (view.getUint8(at) === 0 ? 0 : 1) },
  i1: { bytes: 1, read: (view, at) => view.getInt8(at) },
  u1: { bytes: 1, read: (view, at) => view.getUint8(at) },
  i2: { bytes: 2, read: (view, at, little) => view.getInt16(at, little) },
  u2: { bytes: 2, read: (view, at, little) => view.getUint16(at, little) },
  i4: { bytes: 4, read: (view, at, little) => view.getInt32(at, little) },
  u4: { bytes: 4, read: (view, at, little) => view.getUint32(at, little) },
  i8: { bytes: 8, read: (view, at, little) => Number(view.getBigInt64(at, little)) },
  u8: { bytes: 8, read: (view, at, little) => Number(view.getBigUint64(at, little)) },
  f2: { bytes: 2, read: (view, at, little) => half(view.getUint16(at, little)) },
  f4: { bytes: 4, read: (view, at, little) => view.getFloat32(at, little) },
  f8: { bytes: 8, read: (view, at, little) => view.getFloat64(at, little) },
};

/** A 16-bit float (IEEE 754 binary16) by its bits. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

function readValues(data: Uint8Array, { type, fortran, shape }: Header, name: string): NpyArray {
  const [, order, kind] = /^([<>=|])?(.+)$/.exec(type) ?? [];
  if (kind!.startsWith('O')) {
    throw new UserError('data.npy.object', `${name} holds Python objects (dtype object), which only Python can read, and only at a risk.`, {
      hint: 'Convert it to numbers first, for instance with numpy.stack or astype(float), then save it again.',
    });
  }
  const strings = /^([US])(\d+)$/.exec(kind!);
  const number = Object.hasOwn(numberTypes, kind!) ? numberTypes[kind!]! : null;
  if (!strings && !number) {
    throw new UserError('data.npy.type', `${name} holds values of type ${type}, which cannot be read.`, { hint: 'Convert it with astype to an integer or float type of at most 64 bits.' });
  }
  const width = number ? number.bytes : Number(strings![2]) * (strings![1] === 'U' ? 4 : 1);
  const count = shape.reduce((product, extent) => product * extent, 1);
  if (count * width !== data.length) {
    const shorter = count * width > data.length;
    throw new UserError(
      shorter ? 'data.npy.truncated' : 'data.npy.longer',
      `${name}: its shape (${shape.join(', ')}) of type ${type} takes ${count * width} bytes, the file has ${data.length} for it.`,
      { hint: shorter ? 'The file is cut short or damaged: copy or save it again.' : 'Save one array a file, or several with numpy.savez.' },
    );
  }
  const little = order !== '>';
  const from = fortran && shape.length > 1 ? fortranOrder(shape, count) : null;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (strings) {
    const decode = strings[1] === 'U' ? unicodeAt : bytesAt;
    const values = Array.from({ length: count }, (_, i) => decode(view, (from ? from[i]! : i) * width, width, little));
    return { kind: 'strings', shape, values };
  }
  const values = kind === 'u1' ? new Uint8Array(count) : kind === 'f4' || kind === 'f2' ? new Float32Array(count) : new Float64Array(count);
  for (let i = 0; i < count; i++) values[i] = number!.read(view, (from ? from[i]! : i) * width, little);
  return { kind: 'numbers', shape, values, integers: !kind!.startsWith('f') };
}

/** For each place in C order, the place in Fortran order. */
function fortranOrder(shape: readonly number[], count: number): Float64Array {
  const strides: number[] = [];
  shape.reduce((stride, extent, axis) => {
    strides[axis] = stride;
    return stride * extent;
  }, 1);
  const index = new Array<number>(shape.length).fill(0);
  const order = new Float64Array(count);
  for (let i = 0, at = 0; i < count; i++) {
    order[i] = at;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]!++;
      at += strides[axis]!;
      if (index[axis]! < shape[axis]!) break;
      at -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return order;
}

/** A string of 32-bit characters, padded with zeros. */
function unicodeAt(view: DataView, at: number, width: number, little: boolean): string {
  let text = '';
  for (let i = 0; i < width; i += 4) text += String.fromCodePoint(Math.min(view.getUint32(at + i, little), 0x10ffff));
  return text.replace(/\0+$/, '');
}

/** A string of bytes, padded with zeros. */
function bytesAt(view: DataView, at: number, width: number): string {
  return new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + at, width)).replace(/\0+$/, '');
}
