import type { Surface } from '../surface';
import { unitHeight } from './height';
import { isoParts, type IsoOptions } from './iso';
import { baseHalfWidths, surfaceMesh } from './mesh';
import { encodeStl, type Point, type Triangle } from './stl-file';

/** Millimetres: longer side of the print, height of the relief, thickness of the base. */
const SIDE = 100;
const RELIEF = 45;
const BASE = 4;

/**
 * A closed solid for a 3D printer, binary STL in millimetres: the surface on top, four walls, a flat floor. A printer
 * needs a solid without holes, so a point with no finite value stands at the greatest height, and one that was not
 * computed at the mean of its computed neighbours.
 */
export function exportStl(surface: Surface, options: IsoOptions = {}): Uint8Array {
  if (surface.z !== undefined) return isoStl(surface, options);
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

/** The iso-surfaces of a volume, nested; open where they meet the box. */
function isoStl(surface: Surface, options: IsoOptions): Uint8Array {
  const triangles = isoParts(surface, options).parts.flatMap(({ positions, indices }) =>
    Array.from({ length: indices.length / 3 }, (_, i): Triangle => {
      const corner = (k: number): Point => {
        const at = 3 * indices[3 * i + k]!;
        return [(SIDE / 2) * positions[at]!, (SIDE / 2) * positions[at + 1]!, (SIDE / 2) * positions[at + 2]!];
      };
      return [corner(0), corner(1), corner(2)];
    }));
  return encodeStl(triangles);
}

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
