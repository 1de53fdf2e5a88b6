import { RESIDUAL } from './curvature-recipe';
import type { AxisEigenvalue } from './given';
import type { Anchor } from './plane';
import { gridSize, pointCount } from './grid';
import type { SurfaceRecipe } from './recipe';
import { fillBetween } from './refinement';

/** The path of training, projected onto the plane. */
export interface SurfaceTrajectory {
  /** Coordinates `[n, axes]` (two of a plane, three of a volume), in training order; the last point is the trained network. */
  readonly points: Float64Array;
  /** Training step of each point `[n]`. */
  readonly steps: Float64Array;
  /** Distance of each checkpoint from the plane, in weight space `[n]`. */
  readonly residual: Float64Array;
  /** Quantities at the true weights (not at their projections), each `[n]`. */
  readonly values: Readonly<Record<string, Float64Array>>;
  /** Share of the path's own variance that lies in the plane, where this was laid through the paths of several runs. */
  readonly share?: number;
}

/** The path of another run in the same plane. */
export interface OtherTrajectory extends SurfaceTrajectory {
  readonly name: string;
}

export interface SurfaceMinimum {
  readonly x: number;
  readonly y: number;
  /** Of a volume. */
  readonly z?: number;
  readonly value: number;
  readonly index: number;
}

/**
 * A computed surface. Values are row-major `[ny, nx]`: `values[row * nx + column]` belongs to `(x[column], y[row])`. A volume has
 * a third axis: `[nz, ny, nx]`.
 * `NaN`: not computed (yet, or because the recipe's points are chosen; see `interpolated`). `Infinity`: computed, but the network returned no finite value there.
 */
export interface Surface {
  readonly recipe: SurfaceRecipe;
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** Of a volume. */
  readonly z?: Float64Array;
  readonly values: Readonly<Record<string, Float64Array>>;
  readonly trajectory?: SurfaceTrajectory;
  /** Paths of other runs that the plane was laid through. */
  readonly otherTrajectories?: readonly OtherTrajectory[];
  /** Other weights that the plane was laid through. */
  readonly anchors?: readonly Anchor[];
  /** The lowest computed point of each quantity; absent where nothing finite has been computed. */
  readonly minimum: Readonly<Record<string, SurfaceMinimum>>;
  /** Each quantity at the unperturbed weights. */
  readonly centre: Readonly<Record<string, number>>;
  /** Shares of the trajectory's variance along the axes (trajectory planes only). */
  readonly explainedVariance?: readonly number[];
  /** By axis, where these are eigenvectors of the Hessian. */
  readonly eigenvalues?: readonly AxisEigenvalue[];
}

/** How many of a surface's points are computed, and how many are to be. */
export function progressOf({ recipe: { grid, adaptive }, values }: Pick<Surface, 'recipe' | 'values'>): { readonly done: number; readonly total: number } {
  const [first = new Float64Array()] = Object.values(values);
  return { done: first.reduce((count, value) => count + Number(!Number.isNaN(value)), 0), total: pointCount(grid, adaptive) };
}

/** Of a surface whose points were chosen: 1 where a point is computed; `undefined` where all are to be. */
export function computedMask({ recipe: { grid, adaptive }, values }: Pick<Surface, 'recipe' | 'values'>): Uint8Array | undefined {
  if (adaptive === undefined) return undefined;
  const first = Object.values(values)[0] ?? new Float64Array(gridSize(grid)).fill(NaN);
  return Uint8Array.from(first, (value) => Number(!Number.isNaN(value)));
}

/** A surface whose points were chosen, with those between them interpolated, for what has to have them all; any other as it is. */
export function interpolated(surface: Surface): Surface {
  if (surface.recipe.adaptive === undefined) return surface;
  const values = Object.fromEntries(Object.entries(surface.values).map(([name, list]) => {
    const filled = list.slice();
    fillBetween(filled, surface.x.length, surface.y.length);
    return [name, filled];
  }));
  return { ...surface, values };
}

/** Name under which tables say what is computed and what interpolated. */
export const COMPUTED = 'computed';

/** The same with what was computed as one more quantity, for tables. */
export function withComputed(surface: Surface): Surface {
  const mask = computedMask(surface);
  return mask === undefined ? surface : { ...surface, values: { ...interpolated(surface).values, [COMPUTED]: Float64Array.from(mask) } };
}

type Axes = Pick<Surface, 'x' | 'y' | 'z'>;

/** The coordinates of a grid index. */
export function placeOf({ x, y, z }: Axes, index: number): { readonly x: number; readonly y: number; readonly z?: number } {
  const row = Math.floor(index / x.length);
  const place = { x: x[index % x.length]!, y: y[row % y.length]! };
  return z === undefined ? place : { ...place, z: z[Math.floor(row / y.length)]! };
}

/** The lowest finite point, or `undefined` when there is none. */
export function lowestPoint(axes: Axes, values: Float64Array): SurfaceMinimum | undefined {
  let index = -1;
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i]) && (index < 0 || values[i]! < values[index]!)) index = i;
  }
  if (index < 0) return undefined;
  return { ...placeOf(axes, index), value: values[index]!, index };
}

/** The lowest finite point of each quantity that has one. */
export const lowestPoints = (axes: Axes, values: Surface['values']): Record<string, SurfaceMinimum> =>
  Object.fromEntries(Object.entries(values).flatMap(([name, list]) => {
    const lowest = lowestPoint(axes, list);
    return lowest === undefined ? [] : [[name, lowest]];
  }));

/** Smallest and largest finite value, or `undefined` when there is none. */
export function finiteExtent(values: Float64Array): readonly [number, number] | undefined {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low > high ? undefined : [low, high];
}

/** The value at plane coordinates, bilinear between grid points; `NaN` outside the grid or beside a hole. */
export function valueAt(surface: Pick<Surface, 'x' | 'y'>, values: Float64Array, px: number, py: number): number {
  const { x, y } = surface;
  const column = position(x, px);
  const row = position(y, py);
  const c0 = Math.min(Math.floor(column), Math.max(x.length - 2, 0));
  const r0 = Math.min(Math.floor(row), Math.max(y.length - 2, 0));
  const c1 = Math.min(c0 + 1, x.length - 1);
  const r1 = Math.min(r0 + 1, y.length - 1);
  const u = column - c0;
  const v = row - r0;
  const at = (r: number, c: number): number => values[r * x.length + c] ?? NaN;
  const lower = u === 0 ? at(r0, c0) : at(r0, c0) * (1 - u) + at(r0, c1) * u;
  if (v === 0) return lower;
  const upper = u === 0 ? at(r1, c0) : at(r1, c0) * (1 - u) + at(r1, c1) * u;
  return lower * (1 - v) + upper * v;
}

function position(axis: Float64Array, value: number): number {
  const first = axis[0] ?? NaN;
  const last = axis[axis.length - 1] ?? NaN;
  if (axis.length === 1) return value === first ? 0 : NaN;
  const t = ((value - first) / (last - first)) * (axis.length - 1);
  return t < -1e-9 || t > axis.length - 1 + 1e-9 ? NaN : Math.min(Math.max(t, 0), axis.length - 1);
}

/** Points whose top eigenvalue did not converge: how many, which, and the largest residual as a share of the largest eigenvalue. */
export function notConverged({ values, recipe }: Pick<Surface, 'values' | 'recipe'>): { readonly count: number; readonly indices: readonly number[]; readonly worst: number } {
  const residuals = values[RESIDUAL];
  const tolerance = recipe.curvature?.tolerance;
  const indices: number[] = [];
  let worst = 0;
  if (tolerance !== undefined) {
    residuals?.forEach((residual, index) => {
      // A hole of the loss has no eigenvalue at all.
      if (!Number.isFinite(residual) || residual <= tolerance) return;
      indices.push(index);
      worst = Math.max(worst, residual);
    });
  }
  return { count: indices.length, indices, worst };
}
