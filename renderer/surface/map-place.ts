import type { PlanePoint, SurfaceData } from './data';
import { makeFrame } from './frame';
import type { HeightField } from './heights';

/** Room of the axes and of the colour bar. */
const MARGIN = { left: 84, right: 112, bottom: 62 };

/** Where a map lies in a picture, in pixels of the screen, and where a place of the plane lies in it. */
export interface MapPlace {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** Pixels of a plane's x and y. */
  u(x: number): number;
  v(y: number): number;
}

/** In the proportions of the ranges, as large as fits below `top` into a picture of this size. */
export function mapPlace({ x, y }: Pick<SurfaceData, 'x' | 'y'>, field: HeightField, width: number, height: number, top: number): MapPlace {
  const { halfX, halfZ } = makeFrame(x, y, field, 1);
  const [wide, tall] = [width - MARGIN.left - MARGIN.right, height - top - MARGIN.bottom];
  const scale = Math.max(0, Math.min(wide / halfX, tall / halfZ));
  const box = { left: MARGIN.left + (wide - halfX * scale) / 2, top: top + (tall - halfZ * scale) / 2, width: halfX * scale, height: halfZ * scale };
  return {
    ...box,
    u: (at) => box.left + (box.width * (at - x[0]!)) / (x.at(-1)! - x[0]!),
    v: (at) => box.top + box.height * (1 - (at - y[0]!) / (y.at(-1)! - y[0]!)),
  };
}

/** The place of the plane under a pixel; `undefined` outside the map. */
export function planeAt({ x, y }: Pick<SurfaceData, 'x' | 'y'>, place: MapPlace, left: number, top: number): PlanePoint | undefined {
  const [u, v] = [(left - place.left) / place.width, 1 - (top - place.top) / place.height];
  const between = (axis: Float64Array, t: number): number => axis[0]! + (axis.at(-1)! - axis[0]!) * t;
  return u >= 0 && v >= 0 && u <= 1 && v <= 1 ? { x: between(x, u), y: between(y, v) } : undefined;
}
