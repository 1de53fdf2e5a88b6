import { describe, expect, it } from 'vitest';
import { openSource } from '#core/data';
import { cells, openImages, openTable, refusal, scratch, table } from './files';
import { zipBytes } from './zip-bytes';

const { write } = scratch();

/** An NPY file by hand (NEP 1): magic string, version, header, values. */
function npy(descr: string, shape: readonly number[], data: Uint8Array, { version = 1, fortran = false } = {}): Buffer {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const text = `{'descr': '${descr}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': ${tuple}, }`;
  const before = version === 1 ? 10 : 12;
  const header = Buffer.from(text.padEnd(Math.ceil((before + text.length + 1) / 64) * 64 - before - 1) + '\n');
  const length = Buffer.alloc(version === 1 ? 2 : 4);
  if (version === 1) length.writeUInt16LE(header.length);
  else length.writeUInt32LE(header.length);
  return Buffer.concat([Buffer.from([0x93]), Buffer.from('NUMPY'), Buffer.from([version, 0]), length, header, data]);
}

const bytes = (values: { buffer: ArrayBufferLike }): Uint8Array => new Uint8Array(values.buffer);
const swapped = (data: Uint8Array, width: number): Buffer => {
  const copy = Buffer.from(data);
  return width === 2 ? copy.swap16() : width === 4 ? copy.swap32() : copy.swap64();
};
const f8 = (...values: number[]): Uint8Array => bytes(Float64Array.from(values));
const u1 = (...values: number[]): Uint8Array => Uint8Array.from(values);

describe('one array', () => {
  const samples: [string, Uint8Array, number[]][] = [
    ['b1', u1(1, 0), [1, 0]],
    ['i1', u1(255, 2), [-1, 2]],
    ['u1', u1(255, 2), [255, 2]],
    ['i2', bytes(Int16Array.of(-300, 7)), [-300, 7]],
    ['u2', bytes(Uint16Array.of(65535, 7)), [65535, 7]],
    ['i4', bytes(Int32Array.of(-70000, 7)), [-70000, 7]],
    ['u4', bytes(Uint32Array.of(4e9, 7)), [4e9, 7]],
    ['i8', bytes(BigInt64Array.of(-(2n ** 40n), 7n)), [-(2 ** 40), 7]],
    ['u8', bytes(BigUint64Array.of(2n ** 52n, 7n)), [2 ** 52, 7]],
    // 0x3e00 = 1.5, 0xfbff = -65504 (the lowest), 0x0001 = 2^-24 (the smallest), 0x7c00 = infinity
    ['f2', bytes(Uint16Array.of(0x3e00, 0xfbff, 0x0001, 0x7c00)), [1.5, -65504, 2 ** -24, Infinity]],
    ['f4', bytes(Float32Array.of(0.5, -3)), [0.5, -3]],
    ['f8', f8(Math.PI, -0.1), [Math.PI, -0.1]],
  ];

  it.each(samples)('of type %s in both byte orders', async (type, data, expected) => {
    const width = Number(type.slice(1));
    for (const order of width === 1 ? ['|'] : ['<', '>', '=']) {
      const stored = order === '>' ? swapped(data, width) : data;
      const source = await openTable(write('one.npy', npy(order + type, [expected.length], stored)));
      expect(table(source), order).toEqual({ x: expected });
    }
  });

  it.each([1, 2, 3])('in version %i, row by row', async (version) => {
    const source = await openTable(write('two.npy', npy('<f8', [2, 3], f8(1, 2, 3, 4, NaN, 6), { version })));
    expect(source).toMatchObject({ format: 'npy', rows: 2 });
    expect(table(source)).toEqual({ x0: [1, 4], x1: [2, null], x2: [3, 6] });
  });

  it('in Fortran order', async () => {
    expect(table(await openTable(write('f.npy', npy('<f8', [2, 3], f8(1, 4, 2, 5, 3, 6), { fortran: true }))))).toEqual({ x0: [1, 4], x1: [2, 5], x2: [3, 6] });
    // A 2 x 2 x 3 array whose value is its place in C order.
    const columnMajor = [0, 6, 3, 9, 1, 7, 4, 10, 2, 8, 5, 11];
    const source = await openImages(write('f3.npy', npy('|u1', [2, 2, 3], u1(...columnMajor), { fortran: true })));
    expect([...(await source.pixels([0, 1], source.size))]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });
});

describe('pictures', () => {
  const values = Array.from({ length: 2 * 3 * 4 * 5 }, (_, i) => i);

  it('with channels first and last', async () => {
    const last = await openImages(write('last.npy', npy('|u1', [2, 4, 5, 3], u1(...values))));
    expect(last.size).toEqual({ height: 4, width: 5, channels: 3 });
    expect([...(await last.pixels([1], last.size))]).toEqual(values.slice(60));
    const first = await openImages(write('first.npy', npy('|u1', [2, 3, 4, 5], u1(...values))));
    expect(first.size).toEqual({ height: 4, width: 5, channels: 3 });
    const pixels = await first.pixels([1], first.size);
    // Channel c of the pixel at row y, column x.
    expect(pixels[(2 * 5 + 3) * 3 + 1]).toBe(60 + 1 * 20 + 2 * 5 + 3);
    expect(first.notices).toMatchObject([{ code: 'images.unlabelled' }]);
  });

  it('of floats stay as stored', async () => {
    const source = await openImages(write('float.npy', npy('<f4', [1, 1, 2], bytes(Float32Array.of(-0.5, 2)))));
    const pixels = await source.pixels([0], source.size);
    expect(pixels).toBeInstanceOf(Float32Array);
    expect([...pixels]).toEqual([-0.5, 2]);
  });

  it('whose channels cannot be told are refused', async () => {
    const { message } = await refusal(openSource(write('which.npy', npy('|u1', [1, 5, 5, 5], u1(...values, ...values.slice(0, 5))))));
    expect(message).toBe('which.npy: in the shape 1 x 5 x 5 x 5 of which neither the second nor the last dimension looks like colour channels (1 or 3).');
  });
});

describe('npz', () => {
  const npz = (arrays: Record<string, Buffer>, store = false): Buffer => zipBytes(Object.entries(arrays).map(([name, data]) => ({ name: `${name}.npy`, data, store })));
  const X = npy('<f8', [3, 2], f8(1, 2, 3, 4, 5, 6));

  it.each([['x', 'y'], ['data', 'target'], ['features', 'labels'], ['arr_0', 'arr_1']])('tables of %s and %s, stored or deflated', async (x, y) => {
    for (const store of [false, true]) {
      const source = await openTable(write('t.npz', npz({ [x]: X, [y]: npy('<i8', [3], bytes(BigInt64Array.of(0n, 1n, 0n))) }, store)));
      expect(source.format).toBe('npz');
      expect(table(source)).toEqual({ x0: [1, 3, 5], x1: [2, 4, 6], y: [0, 1, 0] });
    }
  });

  it('labels of strings, one-hot rows, and several targets', async () => {
    const unicode = Buffer.alloc(24);
    [...'aéb'].forEach((letter, i) => unicode.writeUInt32LE(letter.codePointAt(0)!, i * 8));
    expect(table(await openTable(write('s.npz', npz({ x: X, y: npy('<U2', [3], unicode) })))).y).toEqual(['a', 'é', 'b']);
    const oneHot = await openTable(write('h.npz', npz({ x: X, y: npy('|u1', [3, 3], u1(0, 0, 1, 1, 0, 0, 0, 1, 0)) })));
    expect([table(oneHot).y, oneHot.notices[0]?.code]).toEqual([[2, 0, 1], 'array.one-hot']);
    const two = await openTable(write('w.npz', npz({ x: X, y: npy('<f8', [3, 2], f8(1, 2, 3, 4, 5, 6)) })));
    expect(cells(two.columns[3])).toEqual([2, 4, 6]);
  });

  it('parts as Keras and MedMNIST name them', async () => {
    const image = (count: number, from: number): Buffer => npy('|u1', [count, 1, 2], u1(...Array.from({ length: count * 2 }, (_, i) => from + i)));
    const keras = await openImages(write('k.npz', npz({ x_test: image(1, 100), x_train: image(2, 0), y_train: npy('|u1', [2], u1(7, 3)), y_test: npy('|u1', [1], u1(7)) })));
    expect([...keras.parts!]).toEqual([1, 1, 3]);
    expect(keras.target).toEqual({ name: 'class', storage: 'text', dictionary: ['3', '7'], codes: Int32Array.of(1, 0, 1) });
    expect([...(await keras.pixels([2], keras.size))]).toEqual([100, 101]);
    expect(keras.sourceName(2)).toBe('x_test[0]');
    const medical = await openImages(write('m.npz', npz({
      train_images: image(2, 0), train_labels: npy('|u1', [2, 1], u1(0, 1)), val_images: image(1, 9), val_labels: npy('|u1', [1, 1], u1(1)), test_images: image(1, 50), note: npy('|u1', [1], u1(1)),
    })));
    expect([...medical.parts!]).toEqual([1, 1, 2, 3]);
    expect(medical.target).toMatchObject({ codes: Int32Array.of(0, 1, 1, -1), dictionary: ['0', '1'] });
    expect(medical.notices).toMatchObject([{ code: 'npz.unused', message: 'm.npz: arrays not used: note.' }]);
  });

  it('refuses what does not fit together', async () => {
    const of = async (arrays: Record<string, Buffer>): Promise<string> => (await refusal(openSource(write('r.npz', npz(arrays))))).message;
    expect(await of({ x: X, y: npy('|u1', [2], u1(0, 1)) })).toBe('r.npz: x holds 3 examples, y holds 2 labels.');
    expect(await of({ x: X, data: X })).toBe('r.npz: the arrays x and data are both named like inputs.');
    expect(await of({ weights: X, biases: X })).toBe('r.npz holds the arrays weights, biases; none is named like inputs.');
    expect(await of({ x_train: X, x_test: npy('<f8', [1, 3], f8(1, 2, 3)) })).toBe('r.npz: x_test has the shape 1 x 3, which does not fit x_train, 3 x 2.');
    expect(await of({ x: npy('|O', [1], u1(1)) })).toContain('r.npz: x holds Python objects (dtype object)');
    const outside = await refusal(openSource(write('z.npz', zipBytes([{ name: '../x.npy', data: X }]))));
    expect(outside.code).toBe('data.zip.path');
  });
});

describe('damaged arrays', () => {
  const of = async (contents: Buffer): Promise<{ code: string; message: string }> => refusal(openSource(write('bad.npy', contents)));

  it('claiming a shape larger or smaller than the file', async () => {
    expect(await of(npy('<f8', [1000, 1000, 1000], f8(1, 2)))).toMatchObject({
      code: 'data.npy.truncated',
      message: 'bad.npy: its shape (1000, 1000, 1000) of type <f8 takes 8000000000 bytes, the file has 16 for it.',
    });
    expect((await of(npy('<f8', [99999999999, 99999999999], f8(1)))).code).toBe('data.npy.truncated');
    expect((await of(npy('<f8', [1], f8(1, 2)))).code).toBe('data.npy.longer');
    expect((await of(npy('<f8', [0, 3], u1()))).code).toBe('data.empty');
  });

  it('of other types, versions and headers', async () => {
    expect((await of(npy('|O', [1], u1(1, 2)))).message).toContain('holds Python objects (dtype object)');
    expect((await of(npy('<c16', [1], f8(1, 2)))).message).toBe('bad.npy holds values of type <c16, which cannot be read.');
    const whole = npy('<f8', [1], f8(1));
    const version = Buffer.from(whole);
    version[6] = 9;
    expect((await of(version)).message).toContain('is in version 9 of the NPY format');
    expect((await of(whole.subarray(0, 40))).code).toBe('data.npy.truncated');
    expect((await of(Buffer.from(whole.toString('latin1').replace('shape', 'shabe'), 'latin1'))).message).toContain('damaged (no shape)');
    expect((await of(Buffer.from(whole.toString('latin1').replace("'<f8'", "[('a','<f8')]"), 'latin1'))).message).toContain('holds records');
    expect((await of(Buffer.from('hello, world'))).code).toBe('data.npy.magic');
  });
});
