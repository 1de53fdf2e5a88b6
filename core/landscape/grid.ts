import { refinementRounds } from './refinement';
import type { Adaptive, Axis, Grid } from './recipe';

/** The axes of a grid, x first: two of a plane (a line's second has one point), three of a volume. */
export const gridAxes = ({ x, y, z }: Grid): readonly Axis[] => (z === undefined ? [x, y] : [x, y, z]);

/** Number of points of a grid. */
export const gridSize = (grid: Grid): number => gridAxes(grid).reduce((size, { count }) => size * count, 1);

/** Number of points of a picture that are computed. */
export const pointCount = (grid: Grid, adaptive: Adaptive | undefined): number => adaptive?.points ?? gridSize(grid);

/** Numbers of points along the axes, as in `51×51`. */
export const gridTitle = (grid: Grid, sign = '×'): string => gridAxes(grid).map(({ count }) => count).join(sign);

/** The coordinates of an axis, evenly spaced; both ends and (for odd counts) the middle are hit exactly. */
export function axisCoordinates({ from, to, count }: Axis): Float64Array {
  const last = count - 1;
  // Weighting both ends keeps the axis symmetric in floating point: a range -1:1 has an exact 0 in the middle.
  return Float64Array.from({ length: count }, (_, index) => {
    if (index === 0) return from;
    return index === last ? to : (from * (last - index) + to * index) / last;
  });
}

/**
 * Nested levels of the indices 0..count-1: the ends and the middle first, then every gap is halved until none is left.
 * Unlike powers of two, this covers the whole range from the first level on, whatever the count.
 */
export function bisectionLevels(count: number): number[][] {
  if (count <= 0) return [];
  let known = [...new Set([0, Math.floor((count - 1) / 2), count - 1])];
  const levels = [known];
  while (known.length < count) {
    const added: number[] = [];
    for (let i = 1; i < known.length; i++) {
      const low = known[i - 1]!;
      const high = known[i]!;
      if (high - low > 1) added.push((low + high) >> 1);
    }
    levels.push(added);
    known = [...known, ...added].sort((a, b) => a - b);
  }
  return levels;
}

/**
 * Every point of the grid once, coarse to fine: the indices `(layer * y.count + row) * x.count + column` in the order in which
 * they are computed, so that the picture is complete at any moment and only grows sharper. The point nearest the centre leads.
 */
export function coarseToFine(grid: Grid): Int32Array {
  const axes = gridAxes(grid);
  const levels = pointLevels(axes.map(({ count }) => levelOf(count)));
  // A counting sort: levels are few, points may be millions.
  const starts = new Int32Array(levels.reduce((deepest, level) => Math.max(deepest, level), 0) + 2);
  for (const level of levels) starts[level + 1]! += 1;
  for (let level = 1; level < starts.length; level++) starts[level]! += starts[level - 1]!;
  const order = new Int32Array(levels.length);
  levels.forEach((level, index) => (order[starts[level]!++] = index));
  const middle = axes.reduceRight((index, { count }) => index * count + Math.floor((count - 1) / 2), 0);
  order.copyWithin(1, 0, order.indexOf(middle));
  order[0] = middle;
  return order;
}

/** The level of every point: the deepest of its coordinates' levels. */
function pointLevels(axes: readonly Int32Array[]): Int32Array {
  let levels = Int32Array.of(0);
  for (const own of axes) {
    const next = new Int32Array(levels.length * own.length);
    own.forEach((level, position) => {
      for (let i = 0; i < levels.length; i++) next[position * levels.length + i] = Math.max(level, levels[i]!);
    });
    levels = next;
  }
  return levels;
}

function levelOf(count: number): Int32Array {
  const levels = new Int32Array(count);
  bisectionLevels(count).forEach((indices, depth) => indices.forEach((index) => (levels[index] = depth)));
  return levels;
}

/** Levels of the bisection that a picture of chosen points begins with: at most nine grid lines along each axis. */
const FIRST_LEVELS = 3;

/** How many points the lattice has that a picture of chosen points begins with. */
export const firstLattice = (grid: Grid): number =>
  gridAxes(grid).reduce((points, { count }) => points * bisectionLevels(count).slice(0, FIRST_LEVELS).flat().length, 1);

/**
 * All points that are computed, in rounds: those of one follow from the values of the rounds before it, whatever order and company they are evaluated in. Of a regular grid it
 * is one round, coarse to fine.
 *
 * @param values by quantity, row-major: what is known when the next round is asked for
 */
export function pointRounds(grid: Grid, adaptive: Adaptive | undefined, values: Readonly<Record<string, Float64Array>>): Iterable<Int32Array> {
  const order = coarseToFine(grid);
  if (adaptive === undefined) return [order];
  return refinementRounds(grid.x.count, grid.y.count, adaptive.points, order.slice(0, firstLattice(grid)), values[adaptive.quantity]!);
}
