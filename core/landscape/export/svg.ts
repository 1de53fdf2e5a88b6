import sharp from 'sharp';
import type { Surface } from '../surface';
import { drawPicture, type PictureOptions } from './picture';
import { escapeXml } from './text';

/**
 * The same picture as the PNG, for papers: contours, path, axes and letters are shapes that stay sharp at any size; only the
 * shaded colours below them are an image. The recipe stands in the file's metadata.
 */
export async function exportSvg(surface: Surface, options: PictureOptions = {}): Promise<Uint8Array> {
  const { width, height, palette, raster, svg } = drawPicture(surface, options);
  const layers = [`<metadata>${escapeXml(JSON.stringify(surface.recipe))}</metadata>`, `<rect width="${width}" height="${height}" fill="${palette.background}"/>`];
  if (raster) {
    const { pixels, frame } = raster;
    const place = `x="${frame.left}" y="${frame.top}" width="${frame.width}" height="${frame.height}"`;
    const image = await sharp(Buffer.from(pixels.buffer), { raw: { width: frame.width, height: frame.height, channels: 4 } }).png().toBuffer();
    layers.push(`<rect ${place} fill="${palette.hole}"/>`, `<image ${place} href="data:image/png;base64,${image.toString('base64')}"/>`);
  }
  const text = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${layers.join('')}${svg}</svg>\n`;
  return new TextEncoder().encode(text);
}
