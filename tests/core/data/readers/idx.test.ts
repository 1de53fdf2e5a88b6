import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { openSource, partCode } from '#core/data';
import { noSharedData, openImages, openTable, refusal, scratch, sharedData, table } from './files';

const { write, path } = scratch();

/** An IDX file written by hand: magic number, dimensions and bytes. */
function idx(shape: number[], values: ArrayLike<number>, type = 0x08): Buffer {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.set([0, 0, type, shape.length]);
  shape.forEach((extent, axis) => header.writeUInt32BE(extent, 4 + 4 * axis));
  return Buffer.concat([header, Uint8Array.from(values)]);
}

const pixels = (count: number): number[] => Array.from({ length: count * 6 }, (_, i) => (i * 7) % 256);

function group(folder: string, { gz = false, dot = false } = {}): void {
  const name = (base: string, rank: number): string => `${folder}/${base}${dot ? '.' : '-'}idx${rank}-ubyte${gz ? '.gz' : ''}`;
  const pack = (bytes: Buffer): Buffer => (gz ? gzipSync(bytes) : bytes);
  write(name('train-images', 3), pack(idx([4, 2, 3], pixels(4))));
  write(name('train-labels', 1), pack(idx([4], [7, 1, 7, 3])));
  write(name('t10k-images', 3), pack(idx([2, 2, 3], pixels(2))));
  write(name('t10k-labels', 1), pack(idx([2], [1, 3])));
}

describe('a group like MNIST', () => {
  it.each([{}, { gz: true }, { dot: true }])('is one source with two parts (%o)', async (names) => {
    const folder = `group-${JSON.stringify(names).replace(/\W/g, '')}`;
    group(folder, names);
    const source = await openImages(path(folder));
    expect(source).toMatchObject({ format: 'idx', count: 6, size: { width: 3, height: 2, channels: 1 }, sameSize: true, notices: [] });
    expect(source.target).toMatchObject({ storage: 'text', dictionary: ['1', '3', '7'], codes: Int32Array.of(2, 0, 2, 1, 0, 1) });
    expect([...source.parts!]).toEqual([1, 1, 1, 1, 3, 3]);
    expect([...(await source.pixels([1, 4], source.size))]).toEqual([...pixels(2).slice(6), ...pixels(1)]);
    expect(source.sourceName(5)).toMatch(/^t10k-images.*\[1\]$/);
  });

  it('is found from any of its files, and from train alone', async () => {
    group('any');
    const whole = await openImages(path('any'));
    const fromLabels = await openImages(path('any/t10k-labels-idx1-ubyte'));
    expect(fromLabels.fingerprint).toBe(whole.fingerprint);
    write('alone/fashion-train-images-idx3-ubyte', idx([1, 1, 1], [9]));
    write('alone/fashion-train-labels-idx1-ubyte', idx([1], [2]));
    const alone = await openImages(path('alone/fashion-train-images-idx3-ubyte'));
    expect([alone.count, [...alone.parts!], alone.notices[0]?.code]).toEqual([1, [partCode.train], 'idx.one-part']);
  });

  it('resizes: an average of four for half the size, the same for the same size', async () => {
    write('resize/train-images-idx3-ubyte', idx([1, 2, 2], [0, 100, 100, 200]));
    write('resize/train-labels-idx1-ubyte', idx([1], [0]));
    const source = await openImages(path('resize'));
    expect([...(await source.pixels([0], { width: 1, height: 1, channels: 1 }))]).toEqual([100]);
    expect([...(await source.pixels([0], { width: 2, height: 2, channels: 3 }))].slice(3, 9)).toEqual([100, 100, 100, 100, 100, 100]);
    // Bilinear: 4 pixels across lie at 1/4, 3/4 of the way, clamped at the border.
    expect([...(await source.pixels([0], { width: 4, height: 2, channels: 1 }))]).toEqual([0, 25, 75, 100, 100, 125, 175, 200]);
  });

  it('says which file is missing', async () => {
    write('half/train-images-idx3-ubyte.gz', gzipSync(idx([1, 1, 1], [9])));
    const { code, message } = await refusal(openSource(path('half/train-images-idx3-ubyte.gz')));
    expect(code).toBe('data.idx.incomplete');
    expect(message).toContain('train-images-idx3-ubyte.gz has no labels beside it: train-labels-idx1-ubyte (or train-labels-idx1-ubyte.gz) expected');
  });

  it('refuses counts that differ, and images in place of labels', async () => {
    write('count/train-images-idx3-ubyte', idx([2, 1, 1], [9, 9]));
    write('count/train-labels-idx1-ubyte', idx([3], [1, 2, 3]));
    expect((await refusal(openSource(path('count')))).message).toBe('train-images-idx3-ubyte holds 2 pictures, train-labels-idx1-ubyte holds 3 labels.');
    write('swap/train-images-idx3-ubyte', idx([3], [1, 2, 3]));
    write('swap/train-labels-idx1-ubyte', idx([3, 1, 1], [9, 9, 9]));
    expect((await refusal(openSource(path('swap')))).message).toBe('train-images-idx3-ubyte should hold pictures, but has the shape 3.');
  });
});

describe('single files', () => {
  it('reads every number type', async () => {
    const floats = Buffer.alloc(8);
    floats.writeFloatBE(1.5, 0);
    floats.writeFloatBE(-2.25, 4);
    expect(table(await openTable(write('f.idx', idx([2], floats, 0x0d))))).toEqual({ x: [1.5, -2.25] });
    const doubles = Buffer.alloc(8);
    doubles.writeDoubleBE(Math.PI);
    expect(table(await openTable(write('d.idx', idx([1, 1], doubles, 0x0e))))).toEqual({ x0: [Math.PI] });
    expect(table(await openTable(write('s.idx', idx([2], [255, 1], 0x09))))).toEqual({ x: [-1, 1] });
    expect(table(await openTable(write('h.idx', idx([1, 2], [0xff, 0xfe, 1, 0], 0x0b))))).toEqual({ x0: [-2], x1: [256] });
    expect(table(await openTable(write('i.idx', idx([1], [0, 1, 0, 0], 0x0c))))).toEqual({ x: [65536] });
  });

  it('reads pictures without labels, saying so', async () => {
    const source = await openImages(write('pictures.idx', idx([2, 1, 2], [1, 2, 3, 4])));
    expect(source.target).toBeUndefined();
    expect(source.notices[0]?.code).toBe('images.unlabelled');
  });
});

describe('damaged files', () => {
  it('refuses a wrong magic number', async () => {
    const { code, message } = await refusal(openSource(write('magic-idx3-ubyte', Buffer.from([0, 1, 8, 3, 0, 0, 0, 1]))));
    expect(code).toBe('data.idx.magic');
    expect(message).toBe('magic-idx3-ubyte is not an IDX file: it begins with 00 01 08 03, not with 00 00, a type and a rank.');
  });

  it('refuses files shorter and longer than their header', async () => {
    const short = await refusal(openSource(write('short.idx', idx([5, 2], [1, 2, 3]))));
    expect(short.message).toBe('short.idx is cut short: 22 bytes (shape 5 x 2, unsigned byte) expected, 15 found.');
    const long = await refusal(openSource(write('long.idx', idx([2], [1, 2, 3]))));
    expect(long.message).toBe('long.idx: 11 bytes found, its header (shape 2, unsigned byte) accounts for 10.');
    const huge = await refusal(openSource(write('huge.idx.gz', gzipSync(idx([4e9, 4e9], [1])))));
    expect(huge.code).toBe('data.idx.truncated');
    const more = await refusal(openSource(write('more.idx.gz', gzipSync(idx([2], new Uint8Array(1e6))))));
    expect(more.message).toBe('more.idx.gz unpacks to more than the 10 bytes that its header accounts for.');
  });

  it('refuses a cut and a damaged gzip file', async () => {
    const whole = gzipSync(idx([4000], Array.from({ length: 4000 }, (_, i) => (i * i * 31) % 251)));
    const cut = await refusal(openSource(write('cut.idx.gz', whole.subarray(0, whole.length - 500))));
    expect(cut.message).toBe('cut.idx.gz is cut short: the end of its gzip stream expected.');
    const damaged = Buffer.from(whole);
    damaged[whole.length - 6]! ^= 0xff;
    const { code, message } = await refusal(openSource(write('damaged.idx.gz', damaged)));
    expect([code, message]).toEqual(['data.gzip', 'damaged.idx.gz is damaged: incorrect data check (gzip).']);
  });
});

describe.skipIf(noSharedData)('real pictures', () => {
  it('mnist10k', async () => {
    const source = await openImages(`${sharedData}/mnist10k`);
    expect(source).toMatchObject({ count: 10_000, size: { width: 28, height: 28, channels: 1 }, notices: [] });
    expect(source.target).toMatchObject({ dictionary: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'] });
    expect([partCode.train, partCode.test].map((part) => source.parts!.filter((p) => p === part).length)).toEqual([8000, 2000]);
    const batch = await source.pixels([0, 9999], source.size);
    expect(batch).toHaveLength(2 * 784);
    expect(Math.max(...batch)).toBeGreaterThan(200);
  });
});
