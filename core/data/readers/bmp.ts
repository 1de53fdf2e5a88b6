/** A decoded picture: bytes `[height, width, channels]`, 1 channel (grey) or 3 (red, green, blue). */
export interface Picture {
  width: number;
  height: number;
  channels: 1 | 3;
  pixels: Uint8Array;
}

/** Whether bytes begin like a Windows bitmap. */
export function isBmp(bytes: Uint8Array): boolean {
  return bytes.length >= 26 && bytes[0] === 0x42 && bytes[1] === 0x4d;
}

/**
 * Decodes an uncompressed Windows bitmap of 8 (palette), 24 or 32 bits a pixel (BITMAPINFOHEADER and its successors;
 * rows bottom-up or, with a negative height, top-down). A palette of greys alone gives a grey picture; the fourth
 * byte of 32 bits is not used.
 * @throws Error saying what is wrong with the file
 */
export function decodeBmp(bytes: Uint8Array): Picture {
  if (!isBmp(bytes)) throw new Error('not a bitmap');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = view.getUint32(10, true);
  const header = view.getUint32(14, true);
  if (header < 40 || bytes.length < 14 + header) throw new Error('a bitmap header of an unknown kind');
  const width = view.getInt32(18, true);
  const signedHeight = view.getInt32(22, true);
  const height = Math.abs(signedHeight);
  const bits = view.getUint16(28, true);
  const compression = view.getUint32(30, true);
  if (width < 1 || height < 1 || width * height > largestPicture) throw new Error(`an impossible size of ${width} x ${signedHeight}`);
  // 3 (bit fields) with the usual masks is plain 32 bits.
  const plainFields = compression === 3 && bits === 32 && bytes.length >= 66 && view.getUint32(54, true) === 0xff0000;
  if (compression !== 0 && !plainFields) throw new Error('a compressed bitmap, which cannot be read');
  if (bits !== 8 && bits !== 24 && bits !== 32) throw new Error(`a bitmap of ${bits} bits a pixel, which cannot be read (8, 24 and 32 can)`);
  const stride = Math.ceil((width * bits) / 32) * 4;
  if (start + stride * height > bytes.length) throw new Error(`cut short: ${start + stride * height} bytes expected, ${bytes.length} found`);
  const row = (y: number): number => start + stride * (signedHeight > 0 ? height - 1 - y : y);
  return bits === 8 ? indexed(bytes, view, { width, height, header, start, row }) : trueColour(bytes, { width, height, step: bits / 8, row });
}

/** More pixels than this are refused: pictures for training are far smaller. */
export const largestPicture = 100e6;

interface Layout {
  width: number;
  height: number;
  row: (y: number) => number;
}

function trueColour(bytes: Uint8Array, { width, height, step, row }: Layout & { step: number }): Picture {
  const pixels = new Uint8Array(width * height * 3);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0, from = row(y); x < width; x++, at += 3, from += step) {
      pixels[at] = bytes[from + 2]!;
      pixels[at + 1] = bytes[from + 1]!;
      pixels[at + 2] = bytes[from]!;
    }
  }
  return { width, height, channels: 3, pixels };
}

function indexed(bytes: Uint8Array, view: DataView, { width, height, header, start, row }: Layout & { header: number; start: number }): Picture {
  const colours = view.getUint32(46, true) || 256;
  const palette = 14 + header;
  if (colours > 256 || palette + colours * 4 > start) throw new Error('a palette that does not fit');
  const colour = (index: number, channel: number): number => {
    if (index >= colours) throw new Error(`colour ${index} in a palette of ${colours}`);
    return bytes[palette + index * 4 + 2 - channel]!;
  };
  let grey = true;
  for (let index = 0; index < colours; index++) grey &&= colour(index, 0) === colour(index, 1) && colour(index, 1) === colour(index, 2);
  const channels = grey ? 1 : 3;
  const pixels = new Uint8Array(width * height * channels);
  for (let y = 0, at = 0; y < height; y++) {
    const from = row(y);
    for (let x = 0; x < width; x++) for (let c = 0; c < channels; c++) pixels[at++] = colour(bytes[from + x]!, c);
  }
  return { width, height, channels, pixels };
}
