// The two container formats of icons: Windows' ICO and macOS' ICNS. Both hold PNG files.

/** @typedef {{ size: number, png: Buffer }} Image a square picture and its side in pixels */

/**
 * An ICO file: a header, one directory entry of 16 bytes a picture, then the pictures.
 *
 * @param {Image[]} images up to 256 pixels wide
 * @returns {Buffer}
 */
export function ico(images) {
  const header = Buffer.alloc(6);
  header.writeUInt16LE(1, 2); // an icon, not a cursor
  header.writeUInt16LE(images.length, 4);
  let offset = header.length + 16 * images.length;
  const entries = images.map(({ size, png }) => {
    const entry = Buffer.alloc(16);
    entry.writeUInt8(size % 256, 0); // 0 stands for 256
    entry.writeUInt8(size % 256, 1);
    entry.writeUInt16LE(1, 4); // colour planes
    entry.writeUInt16LE(32, 6); // bits a pixel
    entry.writeUInt32LE(png.length, 8);
    entry.writeUInt32LE(offset, 12);
    offset += png.length;
    return entry;
  });
  return Buffer.concat([header, ...entries, ...images.map(({ png }) => png)]);
}

/** The types under which ICNS keeps a PNG of a side: plain ones, and those of displays with double density. */
const icnsTypes = /** @type {Record<number, string[]>} */ ({
  16: ['icp4'],
  32: ['icp5', 'ic11'],
  64: ['icp6', 'ic12'],
  128: ['ic07'],
  256: ['ic08', 'ic13'],
  512: ['ic09', 'ic14'],
  1024: ['ic10'],
});

/**
 * An ICNS file: `icns`, its length, then a type, a length and the picture for each.
 *
 * @param {Image[]} images with sides of 16, 32, ... 1024 pixels
 * @returns {Buffer}
 */
export function icns(images) {
  const blocks = images.flatMap(({ size, png }) => (icnsTypes[size] ?? []).map((type) => block(type, png)));
  return block('icns', Buffer.concat(blocks));
}

/**
 * @param {string} type of four letters
 * @param {Buffer} content
 */
function block(type, content) {
  const head = Buffer.alloc(8);
  head.write(type, 0, 'latin1');
  head.writeUInt32BE(8 + content.length, 4);
  return Buffer.concat([head, content]);
}
