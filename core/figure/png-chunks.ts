import { crc32 } from 'node:zlib';

const SIGNATURE = 8;

export interface PngChunk {
  readonly type: string;
  readonly data: Uint8Array;
}

/** The chunks of a PNG file in order (PNG specification, third edition, section 5). */
export function pngChunks(file: Uint8Array): PngChunk[] {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const chunks: PngChunk[] = [];
  for (let at = SIGNATURE; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    chunks.push({ type: bytes.toString('latin1', at + 4, at + 8), data: bytes.subarray(at + 8, at + 8 + length) });
    at += length + 12;
  }
  return chunks;
}

/** A PNG file of these chunks. */
export function encodePng(chunks: readonly PngChunk[]): Uint8Array {
  const parts = chunks.map(({ type, data }) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    return Buffer.concat([uint32(data.length), body, uint32(crc32(body))]);
  });
  return Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), ...parts]);
}

/** Big-endian. */
export function uint32(...values: number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, i) => bytes.writeUInt32BE(value, 4 * i));
  return bytes;
}

const INCH = 0.0254;

/** The file with its resolution said in a `pHYs` chunk (section 11.3.4.3). */
export function withDensity(file: Uint8Array, dotsPerInch: number): Uint8Array {
  const perMetre = Math.round(dotsPerInch / INCH);
  const [header, ...rest] = pngChunks(file).filter(({ type }) => type !== 'pHYs');
  return encodePng([header!, { type: 'pHYs', data: Buffer.concat([uint32(perMetre, perMetre), Buffer.from([1])]) }, ...rest]);
}
