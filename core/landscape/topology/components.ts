import { type Domain, forEachNeighbour } from './domain';

export interface Sweep {
  /** A vertex that begins a component of its own. */
  born?(vertex: number): void;
  /**
   * At `vertex` the components meet, eldest first; they are one from here on. Called before the vertex joins them. A component goes by the
   * vertex at which it was born: its lowest (sublevel sets) or its highest (superlevel sets); -1 is the outside.
   */
  meet?(vertex: number, components: readonly number[]): void;
  /** The vertex joins a component (or has just begun it). `border`: the vertex lies on the picture's border or beside a hole. */
  grow?(vertex: number, birth: number, border: boolean): void;
}

/**
 * Sweeps all vertices in the given order and follows the connected components of those that were passed (union-find with
 * the elder rule). With `outside`, everything beyond the border is one component that was there before all others.
 */
export function sweepComponents(domain: Domain, order: Int32Array, sweep: Sweep, outside = false): void {
  const { values } = domain;
  const beyond = values.length;
  // `rank[root]` is the turn at which the component was born: the elder has the lower one.
  const parent = new Int32Array(values.length + 1).fill(-1);
  const rank = new Int32Array(values.length + 1);
  const birth = new Int32Array(values.length + 1);
  if (outside) {
    parent[beyond] = beyond;
    rank[beyond] = -1;
    birth[beyond] = -1;
  }
  const find = (vertex: number): number => {
    let root = vertex;
    while (parent[root] !== root) root = parent[root]!;
    for (let at = vertex; at !== root;) {
      const next = parent[at]!;
      parent[at] = root;
      at = next;
    }
    return root;
  };
  order.forEach((vertex, turn) => {
    const roots: number[] = [];
    let border = false;
    forEachNeighbour(domain, vertex, (neighbour) => {
      border ||= neighbour < 0 || !Number.isFinite(values[neighbour]);
      const passed = neighbour < 0 ? beyond : neighbour;
      if (parent[passed] === -1) return;
      const root = find(passed);
      if (!roots.includes(root)) roots.push(root);
    });
    parent[vertex] = vertex;
    if (roots.length === 0) {
      rank[vertex] = turn;
      birth[vertex] = vertex;
      sweep.born?.(vertex);
      sweep.grow?.(vertex, vertex, border);
      return;
    }
    roots.sort((a, b) => rank[a]! - rank[b]!);
    if (roots.length > 1) sweep.meet?.(vertex, roots.map((root) => birth[root]!));
    const elder = roots[0]!;
    for (const root of roots.slice(1)) parent[root] = elder;
    parent[vertex] = elder;
    sweep.grow?.(vertex, birth[elder]!, border);
  });
}
