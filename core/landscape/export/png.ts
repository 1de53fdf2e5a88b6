import sharp, { type OverlayOptions } from 'sharp';
import type { Surface } from '../surface';
import { drawPicture, type PictureOptions } from './picture';

/**
 * A picture of the surface for papers and command lines: a shaded map with contours and the training path, or a curve for a
 * line. Drawn without a graphics card; the recipe stands in the file's description.
 */
export async function exportPng(surface: Surface, options: PictureOptions = {}): Promise<Uint8Array> {
  const { width, height, palette, raster, svg } = drawPicture(surface, options);
  const layers: OverlayOptions[] = [];
  if (raster) {
    const { pixels, frame } = raster;
    const size = { width: frame.width, height: frame.height, channels: 4 } as const;
    layers.push({ input: { create: { ...size, background: palette.hole } }, left: frame.left, top: frame.top });
    layers.push({ input: Buffer.from(pixels.buffer), raw: size, left: frame.left, top: frame.top });
  }
  layers.push({ input: Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${svg}</svg>`) });
  return sharp({ create: { width, height, channels: 3, background: palette.background } })
    .composite(layers)
    .withExif({ IFD0: { ImageDescription: JSON.stringify(surface.recipe), Software: surface.recipe.program } })
    .png()
    .toBuffer();
}
