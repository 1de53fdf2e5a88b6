import { type PictureStyle, palettes } from './chart';
import type { ColorMapName } from './colors';

/** What a picture shows of a surface, on paper and on a page. */
export interface DrawnLook {
  readonly colorMap?: ColorMapName;
  /** Whether dots show which points were computed, where the others are interpolated; default true. */
  readonly points?: boolean;
  /** Whether contour lines are drawn; default true. */
  readonly contours?: boolean;
  /** Whether paths of training are drawn; default true. */
  readonly path?: boolean;
  /** Valleys, passes and hills deeper than this share of the picture's height are marked; absent: none. */
  readonly valleys?: number;
}

/** How a page first shows its surface; whoever reads it can change all of it. */
export interface PageLook extends DrawnLook {
  /** A plane in space (default) or from above. */
  readonly shown?: 'surface' | 'map';
  /** Height of the relief: 1 is the usual one. */
  readonly relief?: number;
}

/** How pictures from above and curves are drawn, with what is usual where nothing is asked for. */
export const styleOf = ({ theme = 'light', colorMap = 'viridis', points = true, contours = true, path = true, valleys }: DrawnLook & { readonly theme?: 'light' | 'dark' }): PictureStyle => ({ palette: palettes[theme], colorMap, points, contours, path, valleys });
