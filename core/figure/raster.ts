import sharp from 'sharp';
import type { Raster } from './drawing';

/** The pixels of a raster as a PNG file. */
export const encodeRaster = ({ pixels, frame: { width, height } }: Raster): Promise<Buffer> =>
  sharp(Buffer.from(pixels.buffer, pixels.byteOffset, pixels.byteLength), { raw: { width, height, channels: 4 } }).png().toBuffer();
