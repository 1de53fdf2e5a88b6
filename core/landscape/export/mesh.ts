import { UserError } from '#core/graph';
import { fillBetween } from '../refinement';
import { type Surface, valueAt } from '../surface';
import { drawnPaths } from './paths';
import { type Heights, type HeightScale, toHeights, unitHeight } from './height';

/** Height of the surface's box for a base whose longer side is 2. */
const RELIEF = 0.9;

export interface MeshOptions {
  /** Which quantity is the height; default the recipe's first. */
  readonly quantity?: string;
  readonly scale?: HeightScale;
  /** Surfaces that share one scale of heights with this one, itself among them. */
  readonly together?: readonly Surface[];
}

/** A triangulated height field: x to the right, y into the picture, z up; the longer side of the base spans -1..1. */
export interface SurfaceMesh {
  readonly quantity: string;
  readonly heights: Heights;
  /** `[vertices * 3]`; only grid points with a value have a vertex. */
  readonly positions: Float32Array;
  /** Unit normals, `[vertices * 3]`. */
  readonly normals: Float32Array;
  /** Triangles, counter-clockwise seen from above, `[triangles * 3]`. */
  readonly indices: Uint32Array;
  /** Grid index of each vertex. */
  readonly gridIndex: Int32Array;
  /** Paths of training lying on the surface, this run's first: each `[n * 3]`. Points outside the grid are left out. */
  readonly paths: readonly { readonly name: string; readonly color: string; readonly positions: Float32Array }[];
}

/** The chosen quantity's values, or a `UserError` that names what there is. */
export function quantityValues(surface: Surface, quantity?: string): { quantity: string; values: Float64Array } {
  const name = quantity ?? surface.recipe.quantities[0] ?? '';
  const values = surface.values[name];
  if (values === undefined) {
    throw new UserError('landscape.quantity', `this surface has no quantity "${name}"`, {
      hint: `It has: ${Object.keys(surface.values).join(', ')}.`,
    });
  }
  return { quantity: name, values };
}

/** Heights of a quantity, or a `UserError` when there is nothing finite to draw. */
export function surfaceHeights(surface: Surface, options: MeshOptions): { quantity: string; heights: Heights } {
  const { quantity, values } = quantityValues(surface, options.quantity);
  const heights = toHeights(values, options.scale ?? 'linear', options.together?.map((other) => quantityValues(other, quantity).values));
  if (heights === undefined) {
    throw new UserError('landscape.export.empty', `no point of this surface has a finite ${quantity}`, {
      hint: 'Compute it first, or choose a smaller range around the trained weights.',
    });
  }
  return { quantity, heights: surface.recipe.adaptive ? between(heights, values, surface) : heights };
}

/** Between points that were chosen the heights run on in straight lines, on their own scale; holes stay. */
function between(heights: Heights, values: Float64Array, { x, y }: Surface): Heights {
  const filled = heights.heights.map((height, index) => (values[index] === Infinity ? Infinity : height));
  fillBetween(filled, x.length, y.length);
  return { ...heights, heights: filled.map((height) => (Number.isFinite(height) ? height : NaN)) };
}

/** Half widths of the base: the true proportions of the ranges, but never so narrow that the surface becomes a blade. */
export function baseHalfWidths(x: Float64Array, y: Float64Array): readonly [number, number] {
  const width = (x.at(-1) ?? 0) - (x[0] ?? 0);
  const depth = (y.at(-1) ?? 0) - (y[0] ?? 0);
  const clamp = (ratio: number): number => Math.min(Math.max(ratio, 0.6), 1);
  return width >= depth ? [1, clamp(depth / width)] : [clamp(width / depth), 1];
}

/** Triangulates a surface. Throws a `UserError` for a line, which has no area. */
export function surfaceMesh(surface: Surface, options: MeshOptions = {}): SurfaceMesh {
  const columns = surface.x.length;
  const rows = surface.y.length;
  if (columns < 2 || rows < 2) {
    throw new UserError('landscape.export.line', 'a line has no area to make a mesh of', {
      hint: 'Save it as .csv, .npy, .json, .png or .html, or compute a plane.',
    });
  }
  const { quantity, heights } = surfaceHeights(surface, options);
  const [halfX, halfY] = baseHalfWidths(surface.x, surface.y);
  const vertexOf = new Int32Array(columns * rows).fill(-1);
  const gridIndex: number[] = [];
  heights.heights.forEach((height, index) => {
    if (Number.isFinite(height)) vertexOf[index] = gridIndex.push(index) - 1;
  });
  const positions = new Float32Array(gridIndex.length * 3);
  gridIndex.forEach((index, vertex) => {
    positions[vertex * 3] = halfX * ((2 * (index % columns)) / (columns - 1) - 1);
    positions[vertex * 3 + 1] = halfY * ((2 * Math.floor(index / columns)) / (rows - 1) - 1);
    positions[vertex * 3 + 2] = RELIEF * unitHeight(heights, heights.heights[index]!);
  });
  const indices: number[] = [];
  for (let row = 0; row + 1 < rows; row++) {
    for (let column = 0; column + 1 < columns; column++) {
      const at = row * columns + column;
      const [a, b, c, d] = [vertexOf[at]!, vertexOf[at + 1]!, vertexOf[at + columns]!, vertexOf[at + columns + 1]!];
      if (a >= 0 && b >= 0 && d >= 0) indices.push(a, b, d);
      if (a >= 0 && d >= 0 && c >= 0) indices.push(a, d, c);
    }
  }
  return {
    quantity,
    heights,
    positions,
    indices: Uint32Array.from(indices),
    normals: vertexNormals(positions, indices),
    gridIndex: Int32Array.from(gridIndex),
    paths: drawnPaths(surface).map(({ name, color, points }) => ({ name, color, positions: pathOnSurface(surface, points, heights, [halfX, halfY]) })),
  };
}

/** Area-weighted mean of the triangles' normals; straight up where a vertex belongs to none. */
function vertexNormals(positions: Float32Array, indices: readonly number[]): Float32Array {
  const normals = new Float32Array(positions.length);
  for (let i = 0; i < indices.length; i += 3) {
    const [a, b, c] = [indices[i]! * 3, indices[i + 1]! * 3, indices[i + 2]! * 3];
    const u = [0, 1, 2].map((k) => positions[b + k]! - positions[a + k]!);
    const v = [0, 1, 2].map((k) => positions[c + k]! - positions[a + k]!);
    const normal = [u[1]! * v[2]! - u[2]! * v[1]!, u[2]! * v[0]! - u[0]! * v[2]!, u[0]! * v[1]! - u[1]! * v[0]!];
    for (const vertex of [a, b, c]) for (let k = 0; k < 3; k++) normals[vertex + k]! += normal[k]!;
  }
  for (let i = 0; i < normals.length; i += 3) {
    const length = Math.hypot(normals[i]!, normals[i + 1]!, normals[i + 2]!);
    if (length === 0) normals[i + 2] = 1;
    else for (let k = 0; k < 3; k++) normals[i + k]! /= length;
  }
  return normals;
}

function pathOnSurface(surface: Surface, points: Float64Array, heights: Heights, [halfX, halfY]: readonly [number, number]): Float32Array {
  const path: number[] = [];
  const { x, y } = surface;
  for (let i = 0; i + 1 < points.length; i += 2) {
    const height = valueAt(surface, heights.heights, points[i]!, points[i + 1]!);
    if (!Number.isFinite(height)) continue;
    const u = (points[i]! - x[0]!) / (x.at(-1)! - x[0]!);
    const v = (points[i + 1]! - y[0]!) / (y.at(-1)! - y[0]!);
    path.push(halfX * (2 * u - 1), halfY * (2 * v - 1), RELIEF * unitHeight(heights, height));
  }
  return Float32Array.from(path);
}
