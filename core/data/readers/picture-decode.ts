import type { Sharp, SharpOptions } from 'sharp';
import type { Picture } from './bmp';
import { decodeBmp, isBmp, largestPicture } from './bmp';

/** Endings of the pictures that can be read. */
export const pictureEnding = /\.(?:png|jpe?g|webp|bmp)$/i;

/**
 * Decodes a PNG, JPEG, WebP or BMP picture. Turned upright by its Exif orientation; 16 bits become 8; other colour
 * spaces become sRGB; what is transparent is shown on white.
 * @throws Error saying what is wrong with the picture
 */
export async function decodePicture(bytes: Uint8Array): Promise<Picture> {
  if (isBmp(bytes)) return decodeBmp(bytes);
  const sharp = await loadSharp();
  const options: SharpOptions = { failOn: 'error', limitInputPixels: largestPicture };
  const image: Sharp = sharp(bytes, options);
  const { format, space, hasAlpha } = await image.metadata();
  if (format !== 'png' && format !== 'jpeg' && format !== 'webp') throw new Error(`${format} in a file named like another picture format`);
  const grey = space === 'b-w' || space === 'grey16';
  const upright = image.autoOrient();
  const opaque = hasAlpha ? upright.flatten({ background: '#ffffff' }) : upright;
  const { data, info } = await opaque
    .toColourspace(grey ? 'b-w' : 'srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== (grey ? 1 : 3)) throw new Error(`${info.channels} channels`);
  return { width: info.width, height: info.height, channels: grey ? 1 : 3, pixels: data };
}

let loading: Promise<typeof import('sharp').default> | undefined;

function loadSharp(): Promise<typeof import('sharp').default> {
  loading ??= import('sharp').then(({ default: sharp }) => {
    // Many small pictures: several at once, each on one thread; nothing is asked for twice.
    sharp.concurrency(1);
    sharp.cache(false);
    return sharp;
  });
  return loading;
}
