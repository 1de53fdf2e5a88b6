import { SurfaceCurve } from './curve';
import { SurfaceMap } from './map';
import type { SurfaceData } from './data';
import type { Caption, SceneOptions } from './orbit';
import { SurfaceScene } from './scene';
import { VolumeScene } from './volume-scene';

export { colorMapNames, colorTable } from './colors';
export * from './data';
export { lowestIndex } from './heights';
export { LinkedPictures, sharedExtent } from './linked';
export { SeriesFilm } from './series';
export { formatNumber } from './number';
export { levelAt, ranked, rankOf, shareWords } from './volume-levels';
export { volumeValues } from './volume-values';
export type { Caption, SceneOptions };

/** A drawn surface: three-dimensional or a map, a curve where there is one row, nested surfaces where there is a third axis. */
export type SurfacePicture = SurfaceScene | SurfaceMap | SurfaceCurve | VolumeScene;

/** Draws `data` in `container`, a plane from above if a `map` is wanted. Change the arrays and call `refresh` as points arrive. */
export function drawSurface(container: HTMLElement, data: SurfaceData, options: SceneOptions, map = false): SurfacePicture {
  const picture =
    data.z !== undefined ? new VolumeScene(container, options)
    : data.y.length === 1 ? new SurfaceCurve(container, options)
    : map ? new SurfaceMap(container, options)
    : new SurfaceScene(container, options);
  picture.setData(data);
  return picture;
}
