import type { Surface } from '../surface';

/**
 * The sampled surface as a function on a triangulated rectangle: every cell is cut along the diagonal from its lower left to
 * its upper right vertex, and the function is linear on each triangle. A vertex without a finite value does not belong to the domain.
 * Ties are broken by the vertex's number, so that no two vertices have the same height (simulation of simplicity).
 */
export interface Domain {
  readonly columns: number;
  readonly rows: number;
  readonly values: Float64Array;
  /** The vertices with a finite value, lowest first. */
  readonly ascending: Int32Array;
  /** All other vertices: the holes. */
  readonly holes: Int32Array;
}

export function domainOf({ x, y }: Pick<Surface, 'x' | 'y'>, values: Float64Array): Domain {
  const vertices = Int32Array.from(values.keys());
  const ascending = vertices.filter((i) => Number.isFinite(values[i])).sort((a, b) => values[a]! - values[b]! || a - b);
  return { columns: x.length, rows: y.length, values, ascending, holes: vertices.filter((i) => !Number.isFinite(values[i])) };
}

/** Steps to the six neighbours in the triangulation. */
const steps = [[1, 0], [1, 1], [0, 1], [-1, 0], [-1, -1], [0, -1]] as const;

/** Calls `visit` for each neighbour of a vertex; a neighbour beyond the picture's border is reported as -1. */
export function forEachNeighbour({ columns, rows }: Domain, vertex: number, visit: (neighbour: number) => void): void {
  const column = vertex % columns;
  const row = (vertex - column) / columns;
  for (const [dx, dy] of steps) {
    const [c, r] = [column + dx, row + dy];
    visit(c < 0 || r < 0 || c >= columns || r >= rows ? -1 : r * columns + c);
  }
}

/** All vertices, highest first; holes lead, as if they were infinitely high. */
export function descending({ ascending, holes }: Domain): Int32Array {
  const order = new Int32Array(holes.length + ascending.length);
  order.set(holes);
  order.set(ascending.slice().reverse(), holes.length);
  return order;
}
