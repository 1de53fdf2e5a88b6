import { heightAt, type HeightField } from './heights';

/** Height of the relief for a base whose longer side is 2, and how far the floor lies below it. */
const RELIEF = 0.85;
const FLOOR = -0.3;

/**
 * Where the surface stands in the scene: plane x to the right, plane y away from the viewer, height up. The base keeps the
 * proportions of the ranges, but is never so narrow that the surface becomes a blade.
 */
export interface Frame {
  readonly halfX: number;
  readonly halfZ: number;
  readonly relief: number;
  readonly floor: number;
  /** Scene height of a height of the field. */
  lift(height: number): number;
  /** Scene x of plane coordinates and of grid columns, and z of rows. */
  sceneX(x: number): number;
  sceneZ(y: number): number;
  columnX(column: number): number;
  rowZ(row: number): number;
  /** Grid coordinates of scene x and z. */
  column(sceneX: number): number;
  row(sceneZ: number): number;
}

export function makeFrame(x: Float64Array, y: Float64Array, field: Pick<HeightField, 'low' | 'high'>, exaggeration: number): Frame {
  const [x0, x1, y0, y1] = [x[0] ?? 0, x.at(-1) ?? 0, y[0] ?? 0, y.at(-1) ?? 0];
  const clamp = (ratio: number): number => Math.min(Math.max(ratio, 0.6), 1);
  const wide = x1 - x0 >= y1 - y0;
  const halfX = wide ? 1 : clamp((x1 - x0) / (y1 - y0));
  const halfZ = wide ? clamp((y1 - y0) / (x1 - x0)) : 1;
  const relief = RELIEF * exaggeration;
  const span = field.high - field.low;
  const unit = (value: number, low: number, high: number): number => (2 * (value - low)) / (high - low || 1) - 1;
  return {
    halfX,
    halfZ,
    relief,
    floor: FLOOR,
    lift: (height) => (span > 0 ? (relief * (height - field.low)) / span : 0),
    sceneX: (value) => halfX * unit(value, x0, x1),
    sceneZ: (value) => -halfZ * unit(value, y0, y1),
    columnX: (column) => halfX * unit(column, 0, x.length - 1),
    rowZ: (row) => -halfZ * unit(row, 0, y.length - 1),
    column: (sceneX) => ((sceneX / halfX + 1) / 2) * (x.length - 1),
    row: (sceneZ) => ((1 - sceneZ / halfZ) / 2) * (y.length - 1),
  };
}

type Vector = readonly [number, number, number];

/**
 * Where a ray first meets the surface, as grid coordinates (column, row); `undefined` if it misses. Marches through the height
 * field in steps of half a cell and halves the last one: no triangle is tested, so it is quick on large grids.
 */
export function meetSurface(field: HeightField, frame: Frame, origin: Vector, direction: Vector): { column: number; row: number } | undefined {
  const range = clipToBox(origin, direction, [-frame.halfX, -1e-6, -frame.halfZ], [frame.halfX, frame.relief + 1e-6, frame.halfZ]);
  if (range === undefined) return undefined;
  const at = (t: number): Vector => [origin[0] + t * direction[0], origin[1] + t * direction[1], origin[2] + t * direction[2]];
  const above = (t: number): number => {
    const [x, y, z] = at(t);
    return y - frame.lift(heightAt(field, frame.column(x), frame.row(z)));
  };
  const cells = Math.hypot((direction[0] / frame.halfX) * field.columns, (direction[2] / frame.halfZ) * field.rows) / 2;
  const steps = Math.max(8, Math.ceil((range[1] - range[0]) * cells * 2));
  let [before, gap] = [range[0], above(range[0])];
  for (let i = 1; i <= steps; i++) {
    const t = range[0] + ((range[1] - range[0]) * i) / steps;
    const next = above(t);
    // NaN (a hole) never compares as a crossing.
    if ((gap >= 0 && next <= 0) || (gap <= 0 && next >= 0)) {
      let [low, high] = [before, t];
      for (let k = 0; k < 24; k++) {
        const middle = (low + high) / 2;
        if (above(middle) >= 0 === gap >= 0) low = middle;
        else high = middle;
      }
      const [x, , z] = at((low + high) / 2);
      return { column: frame.column(x), row: frame.row(z) };
    }
    [before, gap] = [t, next];
  }
  return undefined;
}

function clipToBox(origin: Vector, direction: Vector, low: Vector, high: Vector): readonly [number, number] | undefined {
  let [enter, leave] = [0, Infinity];
  for (let k = 0; k < 3; k++) {
    const [a, b] = [(low[k]! - origin[k]!) / direction[k]!, (high[k]! - origin[k]!) / direction[k]!];
    if (direction[k] === 0) {
      if (origin[k]! < low[k]! || origin[k]! > high[k]!) return undefined;
      continue;
    }
    enter = Math.max(enter, Math.min(a, b));
    leave = Math.min(leave, Math.max(a, b));
  }
  return leave > enter ? [enter, leave] : undefined;
}
