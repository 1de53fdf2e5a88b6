import { deflateRawSync } from 'node:zlib';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ReadOptions } from '#core/data';
import { openSource } from '#core/data';
import { openImages, refusal, scratch } from './files';
import type { ZipEntry } from './zip-bytes';
import { zipBytes } from './zip-bytes';

const { write } = scratch();
let png: Buffer;

beforeAll(async () => {
  png = await sharp({ create: { width: 2, height: 2, channels: 3, background: '#123456' } }).png().toBuffer();
});

const refused = (entries: readonly ZipEntry[], options?: ReadOptions): ReturnType<typeof refusal> =>
  refusal(openSource(write('evil.zip', zipBytes(entries)), options));

describe('an archive by hand', () => {
  it('opens when nothing is wrong with it, packed or stored', async () => {
    const source = await openImages(write('good.zip', zipBytes([{ name: 'a/', mode: 0o040755 }, { name: 'a/1.png', data: png }, { name: 'b/1.png', data: png, store: true }])));
    expect([...(await source.pixels([1], { width: 1, height: 1, channels: 3 }))]).toEqual([0x12, 0x34, 0x56]);
  });
});

describe('unsafe archives are refused before anything is used', () => {
  it.each([
    ['../a/1.png', 'leads out of the archive (..)'],
    ['a/../../1.png', 'leads out of the archive (..)'],
    ['/etc/1.png', 'has an absolute path'],
    ['C:/1.png', 'names a drive'],
    ['..\\1.png', 'has a backslash in its name'],
    ['a/1.png\0.txt', 'has no usable name'],
  ])('the name %j', async (name, why) => {
    const { code, message } = await refused([{ name: 'a/0.png', data: png }, { name, data: png }]);
    expect([code, message]).toEqual(['data.zip.path', `evil.zip is not opened: its entry ${JSON.stringify(name)} ${why}.`]);
  });

  it('links and devices', async () => {
    const link = await refused([{ name: 'a/1.png', data: Buffer.from('/etc/passwd'), mode: 0o120777 }]);
    expect(link).toMatchObject({ code: 'data.zip.link', message: 'evil.zip is not opened: its entry "a/1.png" is a symbolic link.' });
    const device = await refused([{ name: 'a/1.png', mode: 0o020666 }]);
    expect(device.message).toContain('is neither a file nor a folder');
  });

  it('encrypted entries and unknown compression', async () => {
    expect((await refused([{ name: 'a/1.png', data: png, flags: 0x801 }])).message).toContain('its entry "a/1.png" is encrypted.');
    expect((await refused([{ name: 'a/1.png', data: png, method: 14 }])).message).toContain('is compressed by method 14');
  });

  it('two entries of one name', async () => {
    const { code, message } = await refused([{ name: 'a/1.png', data: png }, { name: 'A//1.png', data: png }]);
    expect([code, message]).toEqual(['data.zip.duplicate', 'evil.zip is not opened: its entry "A//1.png" is there twice.']);
  });
});

describe('bombs', () => {
  it('by ratio', async () => {
    const { code, message } = await refused([{ name: 'a/1.png', packed: Buffer.alloc(10_000), declared: 2 ** 32 - 2 }], { largestArchive: 1e12 });
    expect(code).toBe('data.zip.bomb');
    expect(message).toBe('evil.zip is not opened: its entry "a/1.png" unpacks from 10000 to 4294967294 bytes, as only a zip bomb does.');
  });

  it('10 GB in many entries', async () => {
    // Each entry unpacks to 90 MB, below the size at which the ratio counts.
    const packed = Buffer.alloc(90_000);
    const { code, message } = await refused(Array.from({ length: 112 }, (_, i) => ({ name: `a/${i}.png`, packed, declared: 90e6 })));
    expect(code).toBe('data.zip.large');
    expect(message).toBe('evil.zip is not opened: it unpacks to more than 4294967296 bytes (4.00 GiB).');
    expect((await refused([{ name: 'a/1.png', data: png }], { largestArchive: 10 })).code).toBe('data.zip.large');
  });

  it('that declare less than they unpack to: reading stops at once', async () => {
    const zeros = deflateRawSync(Buffer.alloc(50e6));
    const { code, message } = await refused([{ name: 'a/1.png', packed: zeros, declared: 1000 }]);
    expect([code, message]).toEqual(['data.zip.damaged', 'evil.zip: the entry a/1.png unpacks to more than the 1000 bytes declared.']);
  });
});

describe('damaged archives', () => {
  it('cut short, garbled, or not an archive', async () => {
    const whole = zipBytes([{ name: 'a/1.png', data: png }]);
    expect((await refusal(openSource(write('cut.zip', whole.subarray(0, whole.length - 30))))).message).toMatch(/^cut\.zip is not a readable zip archive: /);
    expect((await refusal(openSource(write('text.zip', 'hello, this is no archive')))).code).toBe('data.zip.damaged');
    expect((await refused([{ name: 'a/1.png', data: png, crc: 1 }])).message).toBe('evil.zip: the entry a/1.png is damaged (its checksum is wrong).');
    expect((await refused([{ name: 'a/1.png', packed: Buffer.from([255, 255, 255]), declared: 9 }])).message).toContain('the entry a/1.png is damaged (');
    expect((await refused([{ name: 'a/1.png', data: png, declared: png.length + 1 }])).message).toContain(`unpacks to ${png.length} bytes, ${png.length + 1} declared`);
  });
});
