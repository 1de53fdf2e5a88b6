import sharp, { type OverlayOptions } from 'sharp';
import type { Surface } from '../surface';
import { palettes } from './chart';
import type { ColorMapName } from './colors';
import { drawCurve } from './curve';
import { drawMap } from './map';
import { type MeshOptions, surfaceHeights } from './mesh';

export interface PngOptions extends MeshOptions {
  readonly colorMap?: ColorMapName;
  readonly theme?: 'light' | 'dark';
  /** Pixels; default 1600 x 1200. */
  readonly width?: number;
  readonly height?: number;
}

/**
 * A picture of the surface for papers and command lines: a shaded map with contours and the training path, or a curve for a
 * line. Drawn without a graphics card; the recipe stands in the file's description.
 */
export async function exportPng(surface: Surface, options: PngOptions = {}): Promise<Uint8Array> {
  const { width = 1600, height = 1200, theme = 'light', colorMap = 'viridis' } = options;
  const { quantity, heights } = surfaceHeights(surface, options);
  const palette = palettes[theme];
  const picture =
    surface.y.length === 1
      ? drawCurve(surface, quantity, heights, palette, width, height)
      : drawMap(surface, quantity, heights, colorMap, palette, width, height);
  const layers: OverlayOptions[] = [];
  if (picture.raster) {
    const { pixels, frame } = picture.raster;
    const size = { width: frame.width, height: frame.height, channels: 4 } as const;
    layers.push({ input: { create: { ...size, background: palette.hole } }, left: frame.left, top: frame.top });
    layers.push({ input: Buffer.from(pixels.buffer), raw: size, left: frame.left, top: frame.top });
  }
  layers.push({ input: Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${picture.svg}</svg>`) });
  return sharp({ create: { width, height, channels: 3, background: palette.background } })
    .composite(layers)
    .withExif({ IFD0: { ImageDescription: JSON.stringify(surface.recipe), Software: surface.recipe.program } })
    .png()
    .toBuffer();
}
