import type { Surface } from '../surface';
import { type Palette, palettes } from './chart';
import type { ColorMapName } from './colors';
import { drawCurve } from './curve';
import { drawMap, type Picture } from './map';
import { type MeshOptions, surfaceHeights } from './mesh';

export interface PictureOptions extends MeshOptions {
  readonly colorMap?: ColorMapName;
  readonly theme?: 'light' | 'dark';
  /** Pixels; default 1600 x 1200. */
  readonly width?: number;
  readonly height?: number;
}

/** The surface from above, or the curve of a line, ready for any file of pictures. */
export function drawPicture(surface: Surface, options: PictureOptions): Picture & { readonly width: number; readonly height: number; readonly palette: Palette } {
  const { width = 1600, height = 1200, theme = 'light', colorMap = 'viridis' } = options;
  const { quantity, heights } = surfaceHeights(surface, options);
  const palette = palettes[theme];
  const picture =
    surface.y.length === 1
      ? drawCurve(surface, quantity, heights, palette, width, height)
      : drawMap(surface, quantity, heights, colorMap, palette, width, height);
  return { ...picture, width, height, palette };
}
