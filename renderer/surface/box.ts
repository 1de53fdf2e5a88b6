import { logTicks, ticks } from '#host-client';
import type { Frame } from './frame';
import type { HeightField } from './heights';
import { formatNumber } from './number';

type Point = readonly [number, number, number];

/** A text in the scene: where it stands, and which way it is pushed from there on the screen. */
export interface SceneLabel {
  readonly text: string;
  readonly at: Point;
  /** A second point: the text stands on the far side of `at`, seen from here. */
  readonly from: Point;
  readonly kind: 'tick' | 'name';
}

/** Which corner of the box faces the viewer: the signs of the camera's x and z, and the axis along which it looks most. */
export interface Facing {
  readonly x: 1 | -1;
  readonly z: 1 | -1;
  readonly along: 'x' | 'z';
}

export interface AxisBox {
  /** Segments of the outline and of the faint grid. */
  readonly outline: number[];
  readonly grid: number[];
  readonly labels: SceneLabel[];
}

/** Ticks of the height axis: value and height. */
export function heightTicks(field: Pick<HeightField, 'low' | 'high' | 'scale'>): { value: number; height: number }[] {
  const { low, high, scale } = field;
  if (!(high > low)) return [{ value: scale === 'log' ? 10 ** low : low, height: low }];
  if (scale === 'log') return logTicks(low, high).map((value) => ({ value, height: Math.log10(value) }));
  return ticks(low, high, 6).map((value) => ({ value, height: value }));
}

/**
 * The box around the surface: floor, the two walls behind it, ticks and names on the edges nearest to the viewer, so that no
 * text is ever hidden by the surface.
 */
export function axisBox(frame: Frame, field: Pick<HeightField, 'low' | 'high' | 'scale'>, x: Float64Array, y: Float64Array, names: readonly [string, string, string], facing: Facing): AxisBox {
  const { halfX, halfZ, floor, relief } = frame;
  const outline: number[] = [];
  const grid: number[] = [];
  const labels: SceneLabel[] = [];
  const [nearX, farX] = [facing.x * halfX, -facing.x * halfX];
  const [nearZ, farZ] = [facing.z * halfZ, -facing.z * halfZ];
  const line = (into: number[], a: Point, b: Point): void => void into.push(...a, ...b);
  const corners: Point[] = [[-halfX, floor, -halfZ], [halfX, floor, -halfZ], [halfX, floor, halfZ], [-halfX, floor, halfZ]];
  corners.forEach((corner, i) => line(outline, corner, corners[(i + 1) % 4]!));
  for (const [cx, cz] of [[farX, farZ], [nearX, farZ], [farX, nearZ]] as const) line(outline, [cx, floor, cz], [cx, relief, cz]);
  line(outline, [farX, relief, farZ], [nearX, relief, farZ]);
  line(outline, [farX, relief, farZ], [farX, relief, nearZ]);

  for (const tick of ticks(x[0]!, x.at(-1)!, 5)) {
    const at = frame.sceneX(tick);
    line(grid, [at, floor, farZ], [at, floor, nearZ]);
    line(grid, [at, floor, farZ], [at, relief, farZ]);
    line(outline, [at, floor, nearZ], [at, floor, nearZ * 1.025]);
    labels.push({ text: formatNumber(tick), at: [at, floor, nearZ * 1.03], from: [at, floor, 0], kind: 'tick' });
  }
  for (const tick of ticks(y[0]!, y.at(-1)!, 5)) {
    const at = frame.sceneZ(tick);
    line(grid, [farX, floor, at], [nearX, floor, at]);
    line(grid, [farX, floor, at], [farX, relief, at]);
    line(outline, [nearX, floor, at], [nearX * 1.025, floor, at]);
    labels.push({ text: formatNumber(tick), at: [nearX * 1.03, floor, at], from: [0, floor, at], kind: 'tick' });
  }
  // Of the two corners at the sides of the picture, the height axis takes the one nearer to the viewer: it stands outermost.
  const [heightX, heightZ] = facing.along === 'z' ? [farX, nearZ] : [nearX, farZ];
  const [outX, outZ] = facing.along === 'z' ? [1.025, 1] : [1, 1.025];
  for (const { value, height } of heightTicks(field)) {
    const at = frame.lift(height);
    line(grid, [farX, at, farZ], [nearX, at, farZ]);
    line(grid, [farX, at, farZ], [farX, at, nearZ]);
    line(outline, [heightX, at, heightZ], [heightX * outX, at, heightZ * outZ]);
    labels.push({ text: formatNumber(value, 3), at: [heightX * outX, at, heightZ * outZ], from: [nearX, at, nearZ], kind: 'tick' });
  }
  labels.push({ text: names[0], at: [0, floor, nearZ * 1.03], from: [0, floor, 0], kind: 'name' });
  labels.push({ text: names[1], at: [nearX * 1.03, floor, 0], from: [0, floor, 0], kind: 'name' });
  labels.push({ text: names[2], at: [heightX, relief, heightZ], from: [heightX, floor, heightZ], kind: 'name' });
  return { outline, grid, labels };
}
