import type { PopulationDetails } from '#host-client';
import { words } from '../../../components/schema/read-schema';

type Member = PopulationDetails['members'][number];

/** Members with the same numbers, which differ in the seed alone. */
export interface Combination {
  key: string;
  /** `Learning rate 0.01`; all members where nothing is varied */
  label: string;
  values: Record<string, number>;
  members: Member[];
}

/** How a figure of the members of a combination is spread after each epoch. */
export interface Band {
  combination: Combination;
  epoch: number[];
  middle: number[];
  low: number[];
  high: number[];
}

export type Spread = 'deviation' | 'quantiles';

/** `optimizer.learningRate` as `learningRate`: the last name says enough. */
export const shortPlace = (place: string): string => place.slice(place.lastIndexOf('.') + 1);

const shortNumber = (value: number): string => String(Number(value.toPrecision(4)));

/** The combinations of numbers, in the order of the members. */
export function combinationsOf({ varied, members }: PopulationDetails): Combination[] {
  const found = new Map<string, Combination>();
  for (const member of members) {
    const key = varied.map((place) => member.values[place]).join();
    const known = found.get(key);
    if (known) known.members.push(member);
    else {
      const label = varied.map((place) => `${words(shortPlace(place))} ${shortNumber(member.values[place] ?? Number.NaN)}`).join(', ') || 'All members';
      found.set(key, { key, label, values: member.values, members: [member] });
    }
  }
  return [...found.values()];
}

/** Names of what was measured: `loss`, then the metrics. */
export function quantitiesOf({ curves, members }: PopulationDetails): string[] {
  const names = [
    ...curves.flatMap(({ columns }) => Object.keys(columns).map((column) => column.slice(column.indexOf('.') + 1))),
    ...members.flatMap(({ results, latest }) => Object.values(results ?? latest ?? {}).flatMap((scores) => Object.keys(scores))),
  ];
  return [...new Set(['loss', ...names])].filter((name) => names.includes(name));
}

/** One member's figures after each epoch. */
export function memberCurve({ curves }: PopulationDetails, column: string, member: number): { epoch: Float64Array; step: Float64Array; values: Float64Array } {
  for (const { members, epoch, step, columns } of curves) {
    const place = members.indexOf(member);
    if (place < 0) continue;
    const all = columns[column];
    return { epoch, step, values: Float64Array.from(epoch, (_, row) => all?.[row * members.length + place] ?? Number.NaN) };
  }
  const none = new Float64Array(0);
  return { epoch: none, step: none, values: none };
}

/** Middle and interval of the members of each combination, epoch by epoch; members that have ended no longer count. */
export function bandsOf(details: PopulationDetails, column: string, spread: Spread): Band[] {
  return combinationsOf(details).map((combination) => {
    const own = combination.members.map(({ member }) => memberCurve(details, column, member));
    const longest = own.reduce((a, b) => (b.epoch.length > a.epoch.length ? b : a), own[0] ?? memberCurve(details, column, -1));
    const band: Band = { combination, epoch: [], middle: [], low: [], high: [] };
    longest.epoch.forEach((epoch, row) => {
      const interval = intervalOf(own.map(({ values }) => values[row] ?? Number.NaN), spread);
      if (!interval) return;
      band.epoch.push(epoch);
      band.middle.push(interval.middle);
      band.low.push(interval.low);
      band.high.push(interval.high);
    });
    return band;
  });
}

/** Mean and one standard deviation either way, or the median and the middle nine tenths; of the finite numbers only. */
export function intervalOf(values: readonly number[], spread: Spread): { middle: number; low: number; high: number; count: number } | undefined {
  const finite = values.filter((value) => Number.isFinite(value)).sort((a, b) => a - b);
  const count = finite.length;
  if (count === 0) return undefined;
  if (spread === 'quantiles') return { middle: quantile(finite, 0.5), low: quantile(finite, 0.05), high: quantile(finite, 0.95), count };
  const mean = finite.reduce((a, b) => a + b, 0) / count;
  const deviation = count > 1 ? Math.sqrt(finite.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1)) : 0;
  return { middle: mean, low: mean - deviation, high: mean + deviation, count };
}

/** Linear between the two nearest of the sorted values. */
function quantile(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1);
  const below = sorted[Math.floor(at)] ?? Number.NaN;
  const above = sorted[Math.ceil(at)] ?? Number.NaN;
  return below + (above - below) * (at - Math.floor(at));
}

/** The figures of a member: of its finished weights, else of its last epoch. A diverged one has none that count. */
export function figureOf({ state, results, latest }: Member, part: string, name: string): number {
  return state === 'diverged' ? Number.NaN : ((results ?? latest)?.[part]?.[name] ?? Number.NaN);
}

/** Parts of the data that figures are known of. */
export function partsOf({ members }: PopulationDetails): string[] {
  const names = new Set(members.flatMap(({ results, latest }) => Object.keys(results ?? latest ?? {})));
  return ['train', 'validation', 'test'].filter((part) => names.has(part));
}

/** The best member by what the run watches; the first where nothing is known. */
export function bestMember({ members, watched, better }: PopulationDetails): number {
  const sign = better[watched.name] === 'higher' ? -1 : 1;
  const known = members.filter((member) => Number.isFinite(figureOf(member, watched.part, watched.name)));
  return known.toSorted((a, b) => sign * (figureOf(a, watched.part, watched.name) - figureOf(b, watched.part, watched.name)))[0]?.member ?? 0;
}

/** What stands against the varied number: every member's figure, and middle and interval for each value. */
export function againstNumber(details: PopulationDetails, place: string, part: string, name: string, spread: Spread) {
  const members = details.members.flatMap((member) => {
    const y = figureOf(member, part, name);
    const x = member.values[place];
    return Number.isFinite(y) && x !== undefined ? [{ x, y, member: member.member }] : [];
  });
  const values = [...new Set(members.map(({ x }) => x))].sort((a, b) => a - b);
  const intervals = values.flatMap((x) => {
    const interval = intervalOf(members.filter((each) => each.x === x).map(({ y }) => y), spread);
    return interval ? [{ x, ...interval }] : [];
  });
  // Numbers that were chosen by ratio stand evenly on a logarithmic axis.
  const logarithmic = values.length > 1 && (values[0] ?? 0) > 0 && (values.at(-1) ?? 0) / (values[0] ?? 1) > 20;
  return { members, intervals, logarithmic };
}
