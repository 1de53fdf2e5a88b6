import type { ColorMapName, CriticalMark, HeightScale, SurfaceLook, Theme } from './index';

/** How a saved page first shows what is in it: as the picture looked when it was saved. */
export interface Settings {
  quantity: string;
  scale: HeightScale;
  colorMap: ColorMapName;
  theme: Theme | 'system';
  /** Of several surfaces: one scale for all. */
  shared: boolean;
  /** Whether dots show which points are computed, where others are interpolated. */
  points: boolean;
  contours: boolean;
  path: boolean;
  /** A plane in space, or from above. */
  shown: 'surface' | 'map';
  /** Height of the relief: 1 is the usual one. */
  relief: number;
  /** Valleys, passes and hills of the quantity and the scale that are shown first. */
  marks?: CriticalMark[];
  /** Of a volume. */
  levels?: number[];
}

/** The look that a page begins with. */
export const firstLook = ({ quantity, scale, colorMap, points, contours, path, relief }: Settings, theme: Theme): Partial<SurfaceLook> & Pick<SurfaceLook, 'quantity' | 'scale'> =>
  ({ quantity, scale, colorMap, points, contours, path, theme, exaggeration: relief });
