import type { Surface } from '../surface';
import { type MeshOptions, baseHalfWidths, surfaceMesh } from './mesh';
import { unitHeight } from './height';

/** Millimetres: longer side of the print, height of the relief, thickness of the base. */
const SIDE = 100;
const RELIEF = 45;
const BASE = 4;

/**
 * A closed solid for a 3D printer, binary STL in millimetres: the surface on top, four walls, a flat floor. A printer
 * needs a solid without holes, so a point with no finite value stands at the greatest height, and one that was not
 * computed at the mean of its computed neighbours.
 */
export function exportStl(surface: Surface, options: MeshOptions = {}): Uint8Array {
  const { quantity, heights } = surfaceMesh(surface, options);
  const columns = surface.x.length;
  const rows = surface.y.length;
  const [halfX, halfY] = baseHalfWidths(surface.x, surface.y);
  const source = surface.values[quantity]!;
  const units = heights.heights.map((height, index) => (Number.isFinite(height) ? unitHeight(heights, height) : source[index] === Infinity ? 1 : NaN));
  fillFromNeighbours(units, columns, rows);
  const top = (row: number, column: number): Point => [
    (SIDE / 2) * halfX * ((2 * column) / (columns - 1) - 1),
    (SIDE / 2) * halfY * ((2 * row) / (rows - 1) - 1),
    BASE + RELIEF * units[row * columns + column]!,
  ];
  const triangles: Triangle[] = [];
  for (let row = 0; row + 1 < rows; row++) {
    for (let column = 0; column + 1 < columns; column++) {
      const [a, b, c, d] = [top(row, column), top(row, column + 1), top(row + 1, column), top(row + 1, column + 1)];
      triangles.push([a, b, d], [a, d, c]);
    }
  }
  // Around the edge, counter-clockwise seen from above: a wall under every edge and a fan for the floor.
  const rim = edgeOf(columns, rows).map(([row, column]) => top(row, column));
  const centre: Point = [0, 0, 0];
  rim.forEach((start, i) => {
    const end = rim[(i + 1) % rim.length]!;
    const [floorStart, floorEnd]: [Point, Point] = [[start[0], start[1], 0], [end[0], end[1], 0]];
    triangles.push([start, floorStart, floorEnd], [start, floorEnd, end], [centre, floorEnd, floorStart]);
  });
  return encodeStl(triangles);
}

type Point = readonly [number, number, number];
type Triangle = readonly [Point, Point, Point];

function edgeOf(columns: number, rows: number): [number, number][] {
  const edge: [number, number][] = [];
  for (let column = 0; column < columns - 1; column++) edge.push([0, column]);
  for (let row = 0; row < rows - 1; row++) edge.push([row, columns - 1]);
  for (let column = columns - 1; column > 0; column--) edge.push([rows - 1, column]);
  for (let row = rows - 1; row > 0; row--) edge.push([row, 0]);
  return edge;
}

/** Fills NaN entries ring by ring from what is known. At least one entry is finite. */
function fillFromNeighbours(units: Float64Array, columns: number, rows: number): void {
  for (;;) {
    const before = Float64Array.from(units);
    let left = 0;
    before.forEach((value, index) => {
      if (!Number.isNaN(value)) return;
      const row = Math.floor(index / columns);
      const column = index % columns;
      const known = [row > 0 ? index - columns : -1, row + 1 < rows ? index + columns : -1, column > 0 ? index - 1 : -1, column + 1 < columns ? index + 1 : -1]
        .map((at) => before[at] ?? NaN)
        .filter((candidate) => !Number.isNaN(candidate));
      if (known.length > 0) units[index] = known.reduce((sum, candidate) => sum + candidate, 0) / known.length;
      else left++;
    });
    if (left === 0) return;
  }
}

function encodeStl(triangles: readonly Triangle[]): Uint8Array {
  const bytes = new Uint8Array(84 + triangles.length * 50);
  bytes.set(new TextEncoder().encode('Basin loss surface, millimetres'));
  const view = new DataView(bytes.buffer);
  view.setUint32(80, triangles.length, true);
  triangles.forEach((triangle, i) => {
    [normalOf(triangle), ...triangle].forEach((point, p) =>
      point.forEach((value, k) => view.setFloat32(84 + i * 50 + p * 12 + k * 4, value, true)),
    );
  });
  return bytes;
}

function normalOf([a, b, c]: Triangle): Point {
  const [ux, uy, uz] = [b[0] - a[0], b[1] - a[1], b[2] - a[2]];
  const [vx, vy, vz] = [c[0] - a[0], c[1] - a[1], c[2] - a[2]];
  const normal = [uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx] as const;
  const length = Math.hypot(...normal) || 1;
  return [normal[0] / length, normal[1] / length, normal[2] / length];
}
