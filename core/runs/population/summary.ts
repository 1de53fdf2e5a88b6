import type { MemberEntry } from './members-file';

/** How a figure is spread over the members that have it. */
export interface Spread {
  mean: number;
  /** Standard deviation of the members (n - 1); 0 for one. */
  deviation: number;
  least: number;
  greatest: number;
  count: number;
}

/** Mean, standard deviation and range of the finite numbers among these; undefined where there are none. */
export function spreadOf(values: readonly (number | null | undefined)[]): Spread | undefined {
  const finite = values.filter((value): value is number => typeof value === 'number' && Number.isFinite(value));
  if (finite.length === 0) return undefined;
  const mean = finite.reduce((a, b) => a + b, 0) / finite.length;
  const squares = finite.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    mean,
    deviation: finite.length > 1 ? Math.sqrt(squares / (finite.length - 1)) : 0,
    least: finite.reduce((a, b) => Math.min(a, b)),
    greatest: finite.reduce((a, b) => Math.max(a, b)),
    count: finite.length,
  };
}

/** How every figure of the members' results (of their last epochs, while they train) is spread; diverged ones are left out. */
export function summarizeMembers(members: readonly MemberEntry[]): Record<string, Record<string, Spread>> {
  const summary: Record<string, Record<string, Spread>> = {};
  const sound = members.filter(({ state }) => state !== 'diverged').map(({ results, latest }) => results ?? latest ?? {});
  for (const part of new Set(sound.flatMap((each) => Object.keys(each)))) {
    for (const name of new Set(sound.flatMap((each) => Object.keys(each[part] ?? {})))) {
      const spread = spreadOf(sound.map((each) => each[part]?.[name]));
      if (spread) (summary[part] ??= {})[name] = spread;
    }
  }
  return summary;
}
