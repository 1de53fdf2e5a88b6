import { firstLattice, gridSize, pointRounds } from '../grid';
import type { Adaptive, Grid } from '../recipe';
import { roundSizes } from '../refinement';

/**
 * A round's points in the groups that are evaluated together, as far as they are missing. The same points go together whenever a round is computed: their company decides
 * the last bits; what was interrupted ended between two groups.
 */
export function missingGroups(round: Int32Array, population: number, isMissing: (index: number) => boolean): Int32Array[] {
  const groups: Int32Array[] = [];
  for (let at = 0; at < round.length; at += population) {
    const indices = round.subarray(at, at + population).filter(isMissing);
    if (indices.length > 0) groups.push(indices);
  }
  return groups;
}

/** Groups of the rounds after the one with which `before` points were chosen; none of a regular grid, which is one round. */
export function groupsAfter({ x, y }: Grid, adaptive: Adaptive | undefined, before: number, population: number): number {
  if (adaptive === undefined) return 0;
  return roundSizes(x.count, y.count, adaptive.points, before).reduce((sum, size) => sum + Math.ceil(size / population), 0);
}

/** Groups of points that a picture is computed in. @param values by quantity, what is known already; of chosen points the groups are then a share of all */
export function groupsOf(grid: Grid, adaptive: Adaptive | undefined, population: number, values?: Readonly<Record<string, Float64Array>>): number {
  const lists = Object.values(values ?? {});
  const isMissing = (index: number): boolean => lists.some((list) => Number.isNaN(list[index]));
  if (adaptive === undefined) {
    if (lists.length === 0) return Math.ceil(gridSize(grid) / population);
    const [round] = pointRounds(grid, undefined, {});
    return missingGroups(round!, population, isMissing).length;
  }
  const first = firstLattice(grid);
  const all = Math.ceil(first / population) + groupsAfter(grid, adaptive, first, population);
  const known = lists[0]?.reduce((sum, _, index) => sum + Number(!isMissing(index)), 0) ?? 0;
  return Math.ceil(all * (1 - known / adaptive.points));
}
