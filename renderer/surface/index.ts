import { SurfaceCurve } from './curve';
import type { SurfaceData } from './data';
import type { Caption, SceneOptions } from './orbit';
import { SurfaceScene } from './scene';

export { colorMapNames } from './colors';
export * from './data';
export { LinkedPictures, sharedExtent } from './linked';
export { SeriesFilm } from './series';
export { formatNumber } from './ticks';
export type { Caption, SceneOptions };

/** A drawn surface: three-dimensional, or a curve where there is one row. */
export type SurfacePicture = SurfaceScene | SurfaceCurve;

/** Draws `data` in `container`. Change the arrays and call `refresh` as points arrive. */
export function drawSurface(container: HTMLElement, data: SurfaceData, options: SceneOptions): SurfacePicture {
  const picture = data.y.length === 1 ? new SurfaceCurve(container, options) : new SurfaceScene(container, options);
  picture.setData(data);
  return picture;
}
