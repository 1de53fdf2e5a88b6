import { sweepComponents } from './components';
import type { Domain } from './domain';

/** A node of the merge tree: a valley's floor, or the saddle at which valleys meet. */
export interface MergeNode {
  /** Grid index. */
  readonly vertex: number;
  readonly value: number;
  /** Places in the list of nodes; none at a minimum. */
  readonly children: readonly number[];
}

/** A valley: a minimum and the ground around it up to the level where it meets another valley or reaches the border. */
export interface Basin {
  /** Grid index of the floor. */
  readonly minimum: number;
  readonly value: number;
  /** The level up to which the basin is alone and whole. */
  readonly level: number;
  /** What limits it: a saddle towards another valley, or the border of the picture (or of a hole in it). */
  readonly limit: 'saddle' | 'border';
  /** Vertices below the level. */
  readonly vertices: number;
  /** Sum of `level - value` over them. */
  readonly depth: number;
}

export interface MergeTree {
  /** Children come before their parent; the last node of a connected picture is its root. */
  readonly nodes: readonly MergeNode[];
  readonly basins: readonly Basin[];
}

interface Growing {
  node: number;
  vertices: number;
  total: number;
  closed?: { level: number; limit: Basin['limit'] };
}

/**
 * The merge tree of the sublevel sets and the basins of the valleys that are deeper than `threshold`: a shallower one is taken as part of
 * the valley it meets (persistence simplification: sampling noise makes countless shallow minima).
 */
export function mergeTree(domain: Domain, threshold: number): MergeTree {
  const { values } = domain;
  const nodes: MergeNode[] = [];
  const basins: Basin[] = [];
  const growing = new Map<number, Growing>();
  const close = (birth: number, level: number, limit: Basin['limit']): void => {
    const valley = growing.get(birth)!;
    if (valley.closed !== undefined) return;
    valley.closed = { level, limit };
    const { vertices, total } = valley;
    basins.push({ minimum: birth, value: values[birth]!, level, limit, vertices, depth: level * vertices - total });
  };
  // A valley's node is made once it proves deep enough.
  const nodeOf = (birth: number): number => {
    const valley = growing.get(birth)!;
    if (valley.node < 0) valley.node = nodes.push({ vertex: birth, value: values[birth]!, children: [] }) - 1;
    return valley.node;
  };
  sweepComponents(domain, domain.ascending, {
    born: (vertex) => growing.set(vertex, { node: -1, vertices: 0, total: 0 }),
    grow(vertex, birth, border) {
      const valley = growing.get(birth)!;
      if (border) close(birth, values[vertex]!, 'border');
      valley.vertices += 1;
      valley.total += values[vertex]!;
    },
    meet(vertex, [elder, ...younger]) {
      const level = values[vertex]!;
      const into = growing.get(elder!)!;
      const deep = younger.filter((birth) => level - values[birth]! > threshold);
      if (deep.length > 0) {
        const meeting = [elder!, ...deep];
        const children = meeting.map(nodeOf);
        for (const birth of meeting) close(birth, level, 'saddle');
        into.node = nodes.push({ vertex, value: level, children }) - 1;
      }
      for (const birth of younger) {
        const { vertices, total, closed } = growing.get(birth)!;
        // A shallow arm that has reached the border takes the valley there with it.
        if (!deep.includes(birth) && closed?.limit === 'border') close(elder!, level, 'border');
        into.vertices += vertices;
        into.total += total;
        growing.delete(birth);
      }
    },
  });
  for (const birth of growing.keys()) {
    nodeOf(birth);
    close(birth, values[domain.ascending.at(-1)!]!, 'border');
  }
  const shallow = new Set(basins.map(({ minimum }) => minimum));
  for (const { vertex, children } of nodes) if (children.length === 0) shallow.delete(vertex);
  return { nodes, basins: basins.filter(({ minimum }) => !shallow.has(minimum)).sort((a, b) => a.value - b.value) };
}
