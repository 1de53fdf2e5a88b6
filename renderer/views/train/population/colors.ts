import { interpolateViridis } from 'd3-scale-chromatic';

/** The colour of the i-th of so many combinations, in the order of their numbers; the palest end is left out for its contrast. */
export function combinationColor(index: number, count: number, dark: boolean): string {
  if (count === 1) return 'var(--series-1)';
  const share = index / (count - 1);
  return interpolateViridis(dark ? 0.2 + 0.8 * share : 0.82 * share);
}
