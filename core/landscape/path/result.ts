import { barrier, type Barrier } from './barrier';
import type { PathRecipe } from './recipe';

/** What matching the units did to the end. */
export interface AlignmentFacts {
  readonly distanceBefore: number;
  readonly distanceAfter: number;
  readonly passes: number;
  /** How many permutations there are: one for each layer's units, or for all layers that a skip connection joins. */
  readonly groups: number;
  /** Parameters with units that no permutation could reach, and the op that keeps their order. */
  readonly kept: readonly { readonly name: string; readonly op: string }[];
}

/** A path and what the network does on it. */
export interface PathResult {
  readonly recipe: PathRecipe;
  /** `[points]`: from 0 at the start to 1 at the end. */
  readonly t: Float64Array;
  /** `[points]`: length of the path up to there, in weight space. */
  readonly distance: Float64Array;
  /** Distance of the two ends (after alignment, where it was asked for). */
  readonly straight: number;
  /** By part of the data and quantity, `[points]`; NaN: not computed, infinite: no finite value. */
  readonly values: Readonly<Record<string, Readonly<Record<string, Float64Array>>>>;
  /** Steps of training done, and all there are; 0 for a line. */
  readonly steps: { readonly done: number; readonly total: number };
  /** Trained points between the ends. */
  readonly inner: number;
  readonly alignment?: AlignmentFacts;
}

/** By part of the data and quantity; those of which every point is known. */
export function barriersOf({ t, values }: Pick<PathResult, 't' | 'values'>): Record<string, Record<string, Barrier>> {
  return Object.fromEntries(
    Object.entries(values).map(([part, quantities]) => [
      part,
      Object.fromEntries(Object.entries(quantities).flatMap(([name, list]) => (list.some(Number.isNaN) ? [] : [[name, barrier(t, list)]]))),
    ]),
  );
}

/** Number of places whose values are known. */
export function knownPoints({ values }: Pick<PathResult, 'values'>): number {
  const lists = Object.values(values).flatMap((quantities) => Object.values(quantities));
  return lists[0]?.reduce((count, _, i) => count + Number(lists.every((list) => !Number.isNaN(list[i]!))), 0) ?? 0;
}
