import { symlinkSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import yazl from 'yazl';
import { openSource, partCode } from '#core/data';
import { pictureSource } from '../../../../core/data/readers/picture-set';
import { noSharedData, openImages, refusal, scratch, sharedData } from './files';

const { write, path } = scratch();

type Rgb = readonly [number, number, number];

/** A picture of one colour. */
function picture(format: 'png' | 'jpeg' | 'webp', [r, g, b]: Rgb, width = 4, height = 3): Promise<Buffer> {
  const image = sharp({ create: { width, height, channels: 3, background: { r, g, b } } });
  return image.toFormat(format, format === 'webp' ? { lossless: true } : {}).toBuffer();
}

/** A bitmap by hand: rows bottom-up, blue first, padded to four bytes. */
function bmp(width: number, rows: readonly (readonly Rgb[])[], { bits = 24, topDown = false } = {}): Buffer {
  const height = rows.length;
  const stride = Math.ceil((width * bits) / 32) * 4;
  const palette = bits === 8 ? 256 * 4 : 0;
  const bytes = Buffer.alloc(54 + palette + stride * height);
  bytes.write('BM');
  bytes.writeUInt32LE(bytes.length, 2);
  bytes.writeUInt32LE(54 + palette, 10);
  bytes.writeUInt32LE(40, 14);
  bytes.writeInt32LE(width, 18);
  bytes.writeInt32LE(topDown ? -height : height, 22);
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(bits, 28);
  for (let i = 0; i < palette / 4; i++) bytes.set([i, i, i, 0], 54 + i * 4);
  rows.forEach((row, y) => {
    const at = 54 + palette + stride * (topDown ? y : height - 1 - y);
    row.forEach(([r, g, b], x) => bytes.set(bits === 8 ? [r] : [b, g, r], at + (x * bits) / 8));
  });
  return bytes;
}

const zip = (files: Record<string, Buffer>): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const archive = new yazl.ZipFile();
    for (const [name, contents] of Object.entries(files)) archive.addBuffer(contents, name);
    archive.end();
    const chunks: Buffer[] = [];
    archive.outputStream.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => resolve(Buffer.concat(chunks))).on('error', reject);
  });

const red: Rgb = [255, 0, 0];
const green: Rgb = [0, 255, 0];

describe('folders', () => {
  it('reads a class a folder, in natural order, in every format', async () => {
    write('pets/cat/10.png', await picture('png', red));
    write('pets/cat/9.webp', await picture('webp', green));
    write('pets/dog/1.bmp', bmp(4, [[red, green, red, green], [red, red, red, red], [green, green, green, green]]));
    write('pets/dog/2.jpg', await picture('jpeg', [128, 128, 128]));
    write('pets/notes.txt', 'hello');
    write('pets/.hidden/x.png', 'no picture');
    write('pets/cat/Thumbs.db', 'x');
    write('pets/__MACOSX/cat/._9.png', 'x');
    const source = await openImages(path('pets'));
    expect(source).toMatchObject({ format: 'image-folder', name: 'pets', count: 4, size: { width: 4, height: 3, channels: 3 }, sameSize: true });
    expect(source.target).toEqual({ name: 'class', storage: 'text', codes: Int32Array.of(0, 0, 1, 1), dictionary: ['cat', 'dog'] });
    expect(source.parts).toBeUndefined();
    expect([0, 1, 2, 3].map((index) => source.sourceName(index))).toEqual(['cat/9.webp', 'cat/10.png', 'dog/1.bmp', 'dog/2.jpg']);
    const [nine, ten, one, two] = await Promise.all([0, 1, 2, 3].map((index) => source.pixels([index], source.size)));
    expect([...nine!]).toEqual(Array.from({ length: 12 }, () => green).flat());
    expect([...ten!]).toEqual(Array.from({ length: 12 }, () => red).flat());
    expect([...one!.subarray(0, 15)]).toEqual([red, green, red, green, red].flat());
    expect([...two!].every((value) => Math.abs(value - 128) <= 1)).toBe(true);
    expect(source.notices.map(({ code, message }) => [code, message])).toEqual([
      ['images.other-files', 'The folder pets: 1 file is no PNG, JPEG, WebP or BMP and left out: notes.txt.'],
    ]);
  });

  it('reads train, validation and test, orders classes by number and skips shared folders above', async () => {
    for (const [part, name] of [['train', '2'], ['train', '10'], ['valid', '2'], ['Test', '10']]) {
      write(`deep/data/v1/${part}/${name}/a.png`, await picture('png', red, 2, 2));
    }
    const source = await openImages(path('deep'));
    expect([...source.parts!]).toEqual([partCode.train, partCode.train, partCode.validation, partCode.test]);
    expect(source.target).toMatchObject({ dictionary: ['2', '10'], codes: Int32Array.of(0, 1, 0, 1) });
    expect(source.notices).toEqual([]);
  });

  it('reads pictures without classes, saying so', async () => {
    write('flat/1.png', await picture('png', red));
    const source = await openImages(path('flat'));
    expect([source.target, source.parts, source.notices[0]?.code]).toEqual([undefined, undefined, 'images.unlabelled']);
  });

  it('leaves out pictures beside the class folders, naming them', async () => {
    write('beside/logo.png', await picture('png', red));
    write('beside/a/1.png', await picture('png', red));
    write('beside/b/1.png', await picture('png', red));
    const source = await openImages(path('beside'));
    expect(source.count).toBe(2);
    expect(source.notices[0]).toMatchObject({ code: 'images.outside', message: "The folder beside: 1 picture lies outside of the classes' folders and is left out: logo.png." });
  });

  it('keeps grey pictures grey until a coloured one is among them', async () => {
    const grey = await sharp(Buffer.from([0, 64, 128, 255]), { raw: { width: 2, height: 2, channels: 1 } }).toColourspace('b-w').png().toBuffer();
    write('grey/a/1.png', grey);
    write('grey/b/1.bmp', bmp(2, [[[7, 7, 7], [8, 8, 8]], [[9, 9, 9], [10, 10, 10]]], { bits: 8 }));
    const source = await openImages(path('grey'));
    expect(source.size).toEqual({ width: 2, height: 2, channels: 1 });
    expect([...(await source.pixels([0, 1], source.size))]).toEqual([0, 64, 128, 255, 7, 8, 9, 10]);
    write('grey/b/2.png', await picture('png', red, 2, 2));
    expect((await openImages(path('grey'))).size.channels).toBe(3);
  });

  it('resizes what differs from the commonest size', async () => {
    write('sizes/a/1.png', await picture('png', red, 4, 4));
    write('sizes/a/2.png', await picture('png', red, 4, 4));
    write('sizes/b/1.png', await picture('png', green, 9, 5));
    const source = await openImages(path('sizes'));
    expect([source.size, source.sameSize]).toEqual([{ width: 4, height: 4, channels: 3 }, false]);
    expect([...(await source.pixels([2], source.size))]).toEqual(Array.from({ length: 16 }, () => green).flat());
  });

  it('reads bitmaps of 32 bits and top-down, and turns photographs upright', async () => {
    write('turned/a/1.bmp', bmp(1, [[red], [green]], { bits: 32, topDown: true }));
    const wide = await sharp(Buffer.from([...red, ...green]), { raw: { width: 2, height: 1, channels: 3 } }).withMetadata({ orientation: 6 }).png().toBuffer();
    write('turned/b/1.png', wide);
    const source = await openImages(path('turned'));
    expect(source.size).toMatchObject({ width: 1, height: 2 });
    expect([...(await source.pixels([0, 1], source.size))]).toEqual([...red, ...green, ...red, ...green]);
  });

  it('decodes when asked where all would be too much to keep, and notices a change since', async () => {
    const files = [red, green, red].map(async (colour, i) => write(`large/${i % 2 ? 'a' : 'b'}/${i}.png`, await picture('png', colour)));
    const paths = await Promise.all(files);
    const kept = await openImages(path('large'));
    const container = {
      where: 'The folder large', name: 'large', format: 'image-folder', path: path('large'), prefix: '', notices: [],
      files: paths.map((file) => ({ name: file.slice(path('large').length + 1), read: () => readFile(file) })),
    };
    // Room for one picture of 4 x 3.
    const source = await pictureSource(container, {}, 40);
    expect(source.fingerprint).toBe(kept.fingerprint);
    expect(await source.pixels([0, 1, 2], source.size)).toEqual(await kept.pixels([0, 1, 2], kept.size));
    write('large/b/2.png', await picture('png', green));
    expect(await refusal(source.pixels([2], source.size))).toMatchObject({ code: 'data.images.changed', message: 'b/2.png has changed since the data set was opened.' });
  });

  it('shows what is transparent on white and makes 16 bits 8', async () => {
    write('alpha/a/1.png', await sharp(Buffer.from([0, 0, 0, 0, 10, 20, 30, 255]), { raw: { width: 2, height: 1, channels: 4 } }).png().toBuffer());
    const deep = sharp(Uint16Array.of(0, 65535, 257 * 100, 65535, 0, 257 * 7), { raw: { width: 2, height: 1, channels: 3 } });
    write('alpha/b/1.png', await deep.toColourspace('rgb16').png().toBuffer());
    const source = await openImages(path('alpha'));
    expect([...(await source.pixels([0, 1], source.size))]).toEqual([255, 255, 255, 10, 20, 30, 0, 255, 100, 255, 0, 7]);
  });

  it('does not follow links to folders', async () => {
    write('links/a/1.png', await picture('png', red));
    symlinkSync(path('links'), path('links/loop'));
    const source = await openImages(path('links'));
    expect([source.count, source.notices[0]?.code]).toEqual([1, 'images.links']);
  });
});

describe('damaged pictures', () => {
  it('are refused, all of them named, or left out by choice', async () => {
    const noise = await sharp(Buffer.from(Array.from({ length: 32 * 32 * 3 }, (_, i) => (i * i * 7) % 251)), { raw: { width: 32, height: 32, channels: 3 } }).png().toBuffer();
    write('bad/a/1.png', noise);
    write('bad/a/2.png', noise.subarray(0, noise.length - 600));
    write('bad/b/1.png', noise);
    write('bad/b/2.jpg', 'no picture at all');
    write('bad/b/3.bmp', bmp(4, [[red, red, red, red]]).subarray(0, 60));
    write('bad/b/4.png', '');
    const { code, message, hint } = await refusal(openSource(path('bad')));
    expect(code).toBe('data.images.bad');
    expect(message).toMatch(
      /^The folder bad: 4 of 6 pictures cannot be read: a\/2\.png \(.+\), b\/2\.jpg \(no picture of a known format\), b\/3\.bmp \(cut short: 66 bytes expected, 60 found\), b\/4\.png \(empty file\)\.$/,
    );
    expect(hint).toContain('left out');
    const source = await openImages(path('bad'), { onBadImage: 'skip' });
    expect([source.count, source.target]).toMatchObject([2, { codes: Int32Array.of(0, 1) }]);
    expect(source.notices[0]?.message).toMatch(/^The folder bad: 4 damaged pictures are left out: a\/2\.png/);
    expect([0, 1].map((index) => source.sourceName(index))).toEqual(['a/1.png', 'b/1.png']);
  });

  it('names ten at most', async () => {
    for (let i = 1; i <= 13; i++) write(`many/a/${i}.png`, 'x');
    const { message } = await refusal(openSource(path('many')));
    expect(message).toContain('13 of 13 pictures cannot be read: a/1.png (');
    expect(message).toContain('and 3 more.');
  });

  it('an empty folder, and one without pictures', async () => {
    write('empty/.gitkeep', '');
    expect(await refusal(openSource(path('empty')))).toMatchObject({ code: 'data.empty-folder' });
    write('tables/a.csv', 'a,b\n1,2\n');
    const { message, hint } = await refusal(openSource(path('tables')));
    expect(message).toBe('The folder tables holds no PNG, JPEG, WebP or BMP pictures (1 other file: a.csv).');
    expect(hint).toContain('open that file itself');
  });
});

describe('archives', () => {
  it('are read like the folder, with the same fingerprint', async () => {
    const files = { 'train/a/1.png': await picture('png', red), 'train/b/1.png': await picture('png', green), 'test/a/1.png': await picture('png', red) };
    for (const [name, contents] of Object.entries(files)) write(`same/${name}`, contents);
    const folder = await openImages(path('same'));
    const wrapped = Object.fromEntries(Object.entries(files).map(([name, contents]) => [`data/${name}`, contents]));
    const archive = await openImages(write('same.zip', await zip({ ...wrapped, '__MACOSX/data/._x.png': Buffer.from('x') })));
    expect(archive.fingerprint).toBe(folder.fingerprint);
    expect(archive).toMatchObject({ format: 'image-archive', count: 3, parts: folder.parts, target: folder.target, notices: [] });
    expect(archive.sourceName(2)).toBe('same.zip:data/test/a/1.png');
    expect(await archive.pixels([0, 1, 2], archive.size)).toEqual(await folder.pixels([0, 1, 2], folder.size));
  });

  it('without pictures are refused', async () => {
    const { code, message } = await refusal(openSource(write('texts.zip', await zip({ 'a.txt': Buffer.from('x') }))));
    expect([code, message]).toEqual(['data.images.none', 'texts.zip holds no PNG, JPEG, WebP or BMP pictures (1 other file: a.txt).']);
  });
});

describe.skipIf(noSharedData)('real pictures', () => {
  it('cifar10-mini.zip', async () => {
    const source = await openImages(`${sharedData}/cifar10-mini.zip`);
    expect(source).toMatchObject({ count: 3600, size: { width: 32, height: 32, channels: 3 }, sameSize: true, notices: [] });
    expect([partCode.train, partCode.test].map((part) => source.parts!.filter((p) => p === part).length)).toEqual([3000, 600]);
    expect(source.target).toMatchObject({ dictionary: ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'] });
    expect(await source.pixels([0, 3599], source.size)).toHaveLength(2 * 3072);
  });
});
