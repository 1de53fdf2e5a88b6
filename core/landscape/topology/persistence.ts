import { sweepComponents } from './components';
import { descending, type Domain } from './domain';

/**
 * A feature of the sublevel sets `{L <= t}`: it is there for levels `t` from `birth` to `death`. Dimension 0: a valley, born at its
 * minimum, dead where it meets a deeper one. Dimension 1: a ring of low ground around a hill, born at the saddle that closes it, dead at the
 * hill's top. Vertices are grid indices.
 */
export interface PersistencePair {
  readonly dimension: 0 | 1;
  readonly birth: number;
  /** `undefined`: it never ends (the deepest valley of each connected part of the picture, a ring around a hole). */
  readonly death: number | undefined;
  /** Height between birth and death; `Infinity` where it never ends. */
  readonly persistence: number;
}

/**
 * Persistence pairs of the sampled surface, longest first (Edelsbrunner, Letscher, Zomorodian 2002, "Topological persistence and
 * simplification"; Edelsbrunner and Harer 2010, chapter VII). Rings come from the superlevel sets, by Alexander duality: a hill (or a hole, which
 * counts as infinitely high) is a component of high ground that is not connected to the outside.
 */
export function persistencePairs(domain: Domain): PersistencePair[] {
  const { values, ascending } = domain;
  const height = (birth: number, death: number): number => Math.abs(values[death]! - values[birth]!);
  const pairs: PersistencePair[] = [];
  const unended = new Set<number>();
  sweepComponents(domain, ascending, {
    born: (vertex) => unended.add(vertex),
    meet(vertex, [, ...younger]) {
      for (const birth of younger) {
        unended.delete(birth);
        pairs.push({ dimension: 0, birth, death: vertex, persistence: height(birth, vertex) });
      }
    },
  });
  for (const birth of unended) pairs.push({ dimension: 0, birth, death: undefined, persistence: Infinity });
  sweepComponents(domain, descending(domain), {
    meet(vertex, [, ...younger]) {
      if (!Number.isFinite(values[vertex])) return;
      for (const top of younger) {
        const hole = !Number.isFinite(values[top]);
        pairs.push({ dimension: 1, birth: vertex, death: hole ? undefined : top, persistence: hole ? Infinity : height(vertex, top) });
      }
    },
  }, true);
  return pairs.sort((a, b) => b.persistence - a.persistence || a.birth - b.birth);
}
