import { contours } from 'd3-contour';

/** A contour line in grid units: x in 0..columns-1, y in 0..rows-1; `[x0, y0, x1, y1, ...]`. */
export interface Isoline {
  readonly level: number;
  readonly points: Float64Array;
}

type Heights = Float64Array | Float32Array;

/**
 * The lines of equal height. Contour polygons also run along the frame and around holes; those parts are no lines of
 * equal height and are cut away, so a line ends where the data end.
 */
export const isolines = (heights: Heights, columns: number, rows: number, levels: readonly number[]): Isoline[] => levels.flatMap(isolineFinder(heights, columns, rows));

/** Finds the lines of one height at a time, for those who have other things to do in between. */
export function isolineFinder(heights: Heights, columns: number, rows: number): (level: number) => Isoline[] {
  if (columns < 2 || rows < 2) return () => [];
  const generator = contours().size([columns, rows]).smooth(true);
  const grid = Array.from(heights);
  return (level) => generator.contour(grid, level).coordinates.flatMap((polygon) => polygon.flatMap((ring) => runsInside(ring, heights, columns, rows).map((points) => ({ level, points }))));
}

function runsInside(ring: readonly (readonly number[])[], heights: Heights, columns: number, rows: number): Float64Array[] {
  const runs: Float64Array[] = [];
  let run: number[] = [];
  const close = (): void => {
    if (run.length >= 4) runs.push(Float64Array.from(run));
    run = [];
  };
  for (let i = 1; i < ring.length; i++) {
    // The library puts sample (0, 0) at (0.5, 0.5).
    const [ax, ay, bx, by] = [ring[i - 1]![0]! - 0.5, ring[i - 1]![1]! - 0.5, ring[i]![0]! - 0.5, ring[i]![1]! - 0.5];
    if (!inWholeCell((ax + bx) / 2, (ay + by) / 2, heights, columns, rows)) {
      close();
      continue;
    }
    if (run.length === 0) run.push(ax, ay);
    run.push(bx, by);
  }
  const open = run;
  close();
  // A ring starts anywhere: when its end meets its start inside the data, both pieces are one line.
  const first = runs[0];
  if (open.length > 0 && first !== undefined && runs.length > 1 && first[0] === open.at(-2) && first[1] === open.at(-1)) {
    runs.pop();
    runs[0] = Float64Array.from([...open, ...first.subarray(2)]);
  }
  return runs;
}

/** How far a point must lie inside its cell: a line along the rim of a hole lies exactly on the cell's edge. */
const INSIDE = 1e-6;

/** Whether a point lies inside grid cells whose four corners all have a height. */
function inWholeCell(x: number, y: number, heights: Heights, columns: number, rows: number): boolean {
  const [firstRow, lastRow] = [Math.floor(y - INSIDE), Math.floor(y + INSIDE)];
  const [firstColumn, lastColumn] = [Math.floor(x - INSIDE), Math.floor(x + INSIDE)];
  if (firstRow < 0 || firstColumn < 0 || lastRow >= rows - 1 || lastColumn >= columns - 1) return false;
  for (let row = firstRow; row <= lastRow + 1; row++) {
    for (let column = firstColumn; column <= lastColumn + 1; column++) if (!Number.isFinite(heights[row * columns + column])) return false;
  }
  return true;
}
