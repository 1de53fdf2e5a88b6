import type { Axis, Grid } from './recipe';

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
 * Every point of the grid once, coarse to fine: the indices `row * x.count + column` in the order in which they are
 * computed, so that the picture is complete at any moment and only grows sharper. The point nearest the centre leads.
 */
export function coarseToFine(grid: Grid): Int32Array {
  const { count: columns } = grid.x;
  const { count: rows } = grid.y;
  const columnLevel = levelOf(columns);
  const rowLevel = levelOf(rows);
  const order = new Int32Array(columns * rows);
  const level = new Int32Array(columns * rows);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const index = row * columns + column;
      order[index] = index;
      level[index] = Math.max(rowLevel[row]!, columnLevel[column]!);
    }
  }
  const middle = Math.floor((rows - 1) / 2) * columns + Math.floor((columns - 1) / 2);
  if (middle >= 0) level[middle] = -1;
  return order.sort((a, b) => level[a]! - level[b]! || a - b);
}

function levelOf(count: number): Int32Array {
  const levels = new Int32Array(count);
  bisectionLevels(count).forEach((indices, depth) => indices.forEach((index) => (levels[index] = depth)));
  return levels;
}
