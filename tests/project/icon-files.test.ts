import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { icns, ico } from '../../scripts/package/icon-files.mjs';

const icons = join(import.meta.dirname, '../../assets/icons');

/** The pictures inside an ICO file, read by its directory. */
function readIco(file: Buffer): { size: number; png: Buffer }[] {
  expect(file.readUInt16LE(2)).toBe(1);
  return Array.from({ length: file.readUInt16LE(4) }, (_, index) => {
    const entry = 6 + 16 * index;
    const offset = file.readUInt32LE(entry + 12);
    return { size: file.readUInt8(entry) || 256, png: file.subarray(offset, offset + file.readUInt32LE(entry + 8)) };
  });
}

/** The pictures inside an ICNS file, block by block. */
function readIcns(file: Buffer): { type: string; png: Buffer }[] {
  expect(file.toString('latin1', 0, 4)).toBe('icns');
  expect(file.readUInt32BE(4)).toBe(file.length);
  const found = [];
  for (let at = 8; at < file.length; at += file.readUInt32BE(at + 4)) {
    found.push({ type: file.toString('latin1', at, at + 4), png: file.subarray(at + 8, at + file.readUInt32BE(at + 4)) });
  }
  return found;
}

describe('the icons', () => {
  it('hold pictures of the size that their directory says', async () => {
    const windows = readIco(readFileSync(join(icons, 'icon.ico')));
    expect(windows.map(({ size }) => size)).toEqual([16, 24, 32, 48, 64, 128, 256]);
    for (const { size, png } of windows) expect(await sharp(png).metadata()).toMatchObject({ format: 'png', width: size, height: size });
    const sizes: Record<string, number> = { icp4: 16, icp5: 32, ic11: 32, icp6: 64, ic12: 64, ic07: 128, ic08: 256, ic13: 256, ic09: 512, ic14: 512, ic10: 1024 };
    const mac = readIcns(readFileSync(join(icons, 'icon.icns')));
    expect(mac.map(({ type }) => type).sort()).toEqual(Object.keys(sizes).sort());
    for (const { type, png } of mac) expect((await sharp(png).metadata()).width, type).toBe(sizes[type]);
  });

  it('come out of the containers as they went in', () => {
    const images = [16, 256].map((size) => ({ size, png: Buffer.from(`picture of ${size}`) }));
    expect(readIco(ico(images))).toEqual(images);
    expect(readIcns(icns(images)).map(({ png }) => png.toString())).toEqual(['picture of 16', 'picture of 256', 'picture of 256']);
  });
});
