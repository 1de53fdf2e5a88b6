import { contours } from 'd3-contour';

/** A contour line in grid units, `[column, row, column, row, ...]`. */
export interface Isoline {
  readonly level: number;
  readonly points: Float32Array;
}

/** How far a segment must lie inside its cell: the rim of a hole lies exactly on the cell's edge. */
const INSIDE = 1e-6;

/**
 * The lines of equal height. Contour polygons also run along the frame and around holes; those parts are cut away, so a
 * line ends where the data end.
 */
export function isolines(heights: Float32Array, columns: number, rows: number, levels: readonly number[]): Isoline[] {
  return levels.flatMap(isolineFinder(heights, columns, rows));
}

/** Finds the lines of one height at a time, for those who have other things to do in between. */
export function isolineFinder(heights: Float32Array, columns: number, rows: number): (level: number) => Isoline[] {
  if (columns < 2 || rows < 2) return () => [];
  const generator = contours().size([columns, rows]).smooth(true);
  const grid = Array.from(heights);
  return (level) => generator.contour(grid, level).coordinates.flatMap((polygon) => polygon.flatMap((ring) => insideRuns(ring, heights, columns, rows).map((points) => ({ level, points }))));
}

function insideRuns(ring: readonly (readonly number[])[], heights: Float32Array, columns: number, rows: number): Float32Array[] {
  const runs: number[][] = [];
  let run: number[] | undefined;
  for (let i = 1; i < ring.length; i++) {
    // The library puts sample (0, 0) at (0.5, 0.5).
    const [ax, ay, bx, by] = [ring[i - 1]![0]! - 0.5, ring[i - 1]![1]! - 0.5, ring[i]![0]! - 0.5, ring[i]![1]! - 0.5];
    if (!insideCells((ax + bx) / 2, (ay + by) / 2, heights, columns, rows)) {
      run = undefined;
      continue;
    }
    if (run === undefined) runs.push((run = [ax, ay]));
    run.push(bx, by);
  }
  return runs.map((points) => Float32Array.from(points));
}

function insideCells(x: number, y: number, heights: Float32Array, columns: number, rows: number): boolean {
  const [firstRow, lastRow] = [Math.floor(y - INSIDE), Math.floor(y + INSIDE)];
  const [firstColumn, lastColumn] = [Math.floor(x - INSIDE), Math.floor(x + INSIDE)];
  if (firstRow < 0 || firstColumn < 0 || lastRow >= rows - 1 || lastColumn >= columns - 1) return false;
  for (let row = firstRow; row <= lastRow + 1; row++) {
    for (let column = firstColumn; column <= lastColumn + 1; column++) if (!Number.isFinite(heights[row * columns + column]!)) return false;
  }
  return true;
}
