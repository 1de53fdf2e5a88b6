import type { SliceAxis } from './data';
import { type Frame, makeFrame } from './frame';
import type { Point } from './marks';

/** Bottom of the box and its height where all ranges are equal. */
const FLOOR = -0.62;
const TALL = 1.55;

export type VolumeAxes = Readonly<Record<SliceAxis, Float64Array>>;

/** Where the volume stands in the scene: x to the right, y away from the viewer, z up. */
export interface VolumeFrame extends Frame {
  /** Scene coordinates of a point of the volume. */
  at(x: number, y: number, z: number): Point;
  /** The volume's coordinates of a point of the scene. */
  coordinates(point: Point): Readonly<Record<SliceAxis, number>>;
}

export function volumeFrame({ x, y, z }: VolumeAxes): VolumeFrame {
  const span = (axis: Float64Array): number => axis.at(-1)! - axis[0]!;
  const ratio = Math.min(Math.max(span(z) / Math.max(span(x), span(y)), 0.6), 1);
  const flat = makeFrame(x, y, { low: z[0]!, high: z.at(-1)! }, 1);
  const tall = TALL * ratio;
  const lift = (height: number): number => FLOOR + (tall * (height - z[0]!)) / span(z);
  const along = (axis: Float64Array, t: number): number => axis[0]! + t * span(axis);
  return {
    ...flat,
    floor: FLOOR,
    relief: FLOOR + tall,
    lift,
    at: (a, b, c) => [flat.sceneX(a), lift(c), flat.sceneZ(b)],
    coordinates: ([sceneX, height, sceneZ]) => ({ x: along(x, (sceneX / flat.halfX + 1) / 2), y: along(y, (1 - sceneZ / flat.halfZ) / 2), z: along(z, (height - FLOOR) / tall) }),
  };
}

/** The middle of the box, around which it turns. */
export const volumeMiddle: Point = [0, FLOOR + TALL / 2, 0];
