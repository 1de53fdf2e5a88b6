// node scripts/icons.mjs: draws the installers' icons from assets/icon.svg. Run it when the drawing changes.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { icns, ico } from './package/icon-files.mjs';
import { root } from './root.mjs';

const drawing = readFileSync(join(root, 'assets/icon.svg'));
const folder = join(root, 'assets/icons');

/** @param {number} size in pixels */
const png = (size) => sharp(drawing, { density: (72 * size) / 32 }).resize(size, size).png({ compressionLevel: 9 }).toBuffer();

/** @param {number[]} sizes */
const drawn = (sizes) => Promise.all(sizes.map(async (size) => ({ size, png: await png(size) })));

mkdirSync(join(folder, 'png'), { recursive: true });
for (const image of await drawn([16, 32, 48, 64, 128, 256, 512])) {
  writeFileSync(join(folder, `png/${image.size}x${image.size}.png`), image.png);
}
writeFileSync(join(folder, 'icon.ico'), ico(await drawn([16, 24, 32, 48, 64, 128, 256])));
writeFileSync(join(folder, 'icon.icns'), icns(await drawn([16, 32, 64, 128, 256, 512, 1024])));
