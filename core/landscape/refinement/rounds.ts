import { type Cell, SeenValues, straight } from './cell';

/** Points of a round: in a plane a multiple of every number of points that is evaluated together; on a line, which has few, less. */
const ROUND = { plane: 64, line: 8 };
/** A round has at most this share of the points that are known before it, or as many as the first. */
const GROWTH = 1 / 4;
/** Between the largest error (0) and the sum of squares over the picture (1/2): large cells come before small ones of the same bend by so much. */
const AREA = 1 / 4;
/** Bend of a cell at the rim of where the network has finite values, as a share of the picture's height for one as large as the picture. */
const RIM = 1 / 4;

/**
 * Which points of a grid are computed when there are fewer of them than the grid has: in rounds, each of which is decided by the values of those before it, and by nothing
 * else. First the regular lattice `first`; then the cells between its lines, those first in which the surface bends most, are cut at the middles of their sides and at
 * their own, again and again (a quadtree over bisected grid lines, steered by hierarchical surpluses: how far a new value lies from the straight line between its neighbours; Bungartz and
 * Griebel 2004, "Sparse grids", section 3). A bend counts as a share of the picture's height, and where all values are positive also of its height in logarithms, so that
 * the walls and the floor of a valley both get their points.
 *
 * @param known `[rows * columns]`: the values that decide; those of a round must be there when the next one is asked for
 */
export function* refinementRounds(columns: number, rows: number, points: number, first: Int32Array, known: Float64Array): Generator<Int32Array, void> {
  const seen = new SeenValues(new Float64Array(columns * rows).fill(NaN), columns);
  let cells: Cell[] = [{ left: 0, right: columns - 1, bottom: 0, top: rows - 1, bend: straight }];
  let round = first;
  let done = 0;
  for (;;) {
    yield round;
    for (const index of round) seen.values[index] = known[index]!;
    done += round.length;
    if (done >= points) return;
    cells = cells.flatMap((cell) => seen.settle(cell));
    round = choose(seen, cells, nextSize(columns, rows, points, done));
  }
}

/** Most points of the round after `done` are known. */
function nextSize(columns: number, rows: number, points: number, done: number): number {
  const least = columns > 1 && rows > 1 ? ROUND.plane : ROUND.line;
  return Math.min(Math.max(least, Math.floor((done * GROWTH) / least) * least), points - done);
}

/** Points of the rounds after `done` are known, as long as there are cells to cut: only where nearly all of the grid is chosen are there more and smaller rounds. */
export function roundSizes(columns: number, rows: number, points: number, done: number): number[] {
  const sizes: number[] = [];
  for (let known = done; known < points; known += sizes.at(-1)!) sizes.push(nextSize(columns, rows, points, known));
  return sizes;
}

/** So many points at which the cells are cut that bend most. */
function choose(seen: SeenValues, cells: readonly Cell[], count: number): Int32Array {
  const weight = weightOf(seen);
  const order = cells
    .map((cell) => ({ cell, points: seen.cuts(cell).filter((index) => !seen.isSeen(index)) }))
    .filter(({ points }) => points.length > 0)
    .map(({ cell, points }) => ({ cell, points, weight: weight(cell), area: areaOf(cell) }))
    .sort((a, b) => b.weight - a.weight || b.area - a.area || a.cell.bottom - b.cell.bottom || a.cell.left - b.cell.left);
  const chosen = new Set<number>();
  for (const { points } of order) {
    for (const index of points) {
      if (chosen.size === count) return Int32Array.from(chosen);
      chosen.add(index);
    }
  }
  return Int32Array.from(chosen);
}

const areaOf = ({ left, right, bottom, top }: Cell): number => Math.max(right - left, 1) * Math.max(top - bottom, 1);

/** How much a cell is worth its points, on the scale of what is seen. */
function weightOf(seen: SeenValues): (cell: Cell) => number {
  let [low, high] = [Infinity, -Infinity];
  for (const value of seen.values) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const height = high - low || 1;
  const decades = low > 0 ? Math.log(high / low) || 1 : Infinity;
  return (cell) => {
    const bend = seen.bendOf(cell);
    const area = areaOf(cell) / seen.values.length;
    return Math.max(Math.max(bend.height / height, bend.logarithm / decades) * area ** AREA, bend.rim ? RIM * Math.sqrt(area) : 0);
  };
}
