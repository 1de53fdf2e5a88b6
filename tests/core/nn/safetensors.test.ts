import { UserError } from '#core/graph';
import { readSafetensors, writeSafetensors } from '#core/nn';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

/** Bytes of a file with this header, as given, and so many bytes of data. */
function file(header: unknown, data: number, claimed?: bigint): Uint8Array {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + data);
  new DataView(bytes.buffer).setBigUint64(0, claimed ?? BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}

const entry = (begin: number, end: number, shape: unknown = [(end - begin) / 4], dtype = 'F32') => ({ dtype, shape, data_offsets: [begin, end] });

describe('safetensors', () => {
  it('gives back what was written, every type, and the same bytes for the same arrays', () => {
    fc.assert(fc.property(
      fc.dictionary(fc.string(), fc.oneof(
        fc.float32Array(), fc.float64Array(), fc.bigInt64Array(), fc.int32Array(), fc.int16Array(), fc.int8Array(), fc.uint8Array(),
      ).map((data) => ({ shape: [data.length], data }))),
      fc.dictionary(fc.string(), fc.string()),
      (tensors, metadata) => {
        delete tensors['__metadata__'];
        const bytes = writeSafetensors(tensors, metadata);
        const read = readSafetensors(bytes);
        expect({ ...read.tensors }).toEqual({ ...tensors });
        expect({ ...read.metadata }).toEqual({ ...metadata });
        expect(writeSafetensors(read.tensors, read.metadata)).toEqual(bytes);
      },
    ), { numRuns: 100, examples: [[{ ['__proto__']: { shape: [1], data: Float32Array.of(1) } }, { ['__proto__']: 'text', constructor: 'text' }]] });
  });

  it('aligns every array to its element size', () => {
    const bytes = writeSafetensors({ a: { shape: [3], data: new Uint8Array(3) }, b: { shape: [2], data: new Float64Array(2) }, c: { shape: [1], data: Float32Array.of(1) } });
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    expect(length % 8).toBe(0);
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as Record<string, { data_offsets: [number, number] }>;
    expect(Object.entries(header).map(([name, { data_offsets: [begin] }]) => [name, begin])).toEqual([['b', 0], ['c', 16], ['a', 20]]);
  });

  it('reads half precision and bfloat16', () => {
    const bytes = file({ h: entry(0, 10, [5], 'F16'), b: entry(10, 14, [2], 'BF16') }, 14);
    const view = new DataView(bytes.buffer, bytes.length - 14);
    [0x3c00, 0xc000, 0x0001, 0x7c00, 0x7bff].forEach((bits, i) => view.setUint16(2 * i, bits, true));
    [0x3f80, 0xc0a0].forEach((bits, i) => view.setUint16(10 + 2 * i, bits, true));
    const { tensors } = readSafetensors(bytes);
    expect(Array.from(tensors['h']!.data as Float32Array)).toEqual([1, -2, 2 ** -24, Infinity, 65504]);
    expect(Array.from(tensors['b']!.data as Float32Array)).toEqual([1, -5]);
  });

  it.each([
    ['nothing', new Uint8Array(0), 'only 0 bytes'],
    ['a header longer than the file', file('{}', 0, 1000n), 'claims 1000 bytes'],
    ['a header of 2^60 bytes', file('{}', 0, 2n ** 60n), 'more than the format'],
    ['a header that is not JSON', file('{"a":', 0), 'not JSON'],
    ['a header that is not text', new Uint8Array([2, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xfe]), 'not JSON'],
    ['a header that is a list', file([], 0), 'not a JSON object'],
    ['a gap between arrays', file({ a: entry(0, 4), b: entry(8, 12) }, 12), 'begins at byte 8'],
    ['overlapping arrays', file({ a: entry(0, 8), b: entry(4, 12) }, 12), 'begins at byte 4'],
    ['bytes after the last array', file({ a: entry(0, 4) }, 8), 'take 4 bytes'],
    ['an array outside the file', file({ a: entry(0, 400) }, 4), 'take 400 bytes'],
    ['a shape that does not fit its bytes', file({ a: entry(0, 4, [1000000, 1000000]) }, 4), '"a" is F32 [1000000, 1000000]'],
    ['a shape whose size overflows', file({ a: entry(0, 4, [2 ** 40, 2 ** 40]) }, 4), '"a" is F32'],
    ['a negative size', file({ a: entry(0, 4, [-1]) }, 4), 'not { dtype, shape, data_offsets }'],
    ['offsets the wrong way round', file({ a: entry(4, 0, [1]) }, 4), '"a"'],
    ['metadata that is not text', file({ __metadata__: { a: 1 } }, 0), '__metadata__'],
    ['an unknown type', file({ a: entry(0, 4, [4], 'F8_E4M3') }, 4), 'holds F8_E4M3'],
  ])('refuses %s', (_name, bytes, message) => {
    const read = (): unknown => readSafetensors(bytes, 'model.safetensors');
    expect(read).toThrow(UserError);
    expect(read).toThrow(message);
    expect(read).toThrow('model.safetensors');
  });

  it('keeps names that mean something to JavaScript as plain names', () => {
    const { tensors } = readSafetensors(file('{"__proto__":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 4));
    expect(Object.keys(tensors)).toEqual(['__proto__']);
  });
});
