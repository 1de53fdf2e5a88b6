import { Philox } from '#core/graph';
import { partCode } from '../source';

/** Rows of each part, in ascending order of a seeded shuffle. */
export interface Split {
  train: Int32Array;
  validation: Int32Array;
  test: Int32Array;
}

interface SplitOptions {
  validation: number;
  test: number;
  seed: number;
}

/**
 * Divides `rows` into training, validation and test rows. Rows that the source puts into a part stay there; a source
 * without a test part gives `test` of its rows to one, and without a validation part `validation` of the rest of its rows.
 * With `groups` (the class of each row) every class is divided alike (stratified), quotas rounded so that the totals fit.
 */
export function splitRows(rows: Int32Array, options: SplitOptions, { parts, groups }: { parts?: Uint8Array; groups?: Int32Array } = {}): Split {
  const given = { train: [] as number[], validation: [] as number[], test: [] as number[] };
  const free: number[] = [];
  for (const row of rows) {
    const part = parts?.[row] ?? partCode.none;
    (part === partCode.test ? given.test : part === partCode.validation ? given.validation : free).push(row);
  }
  const shares = { test: given.test.length > 0 ? 0 : options.test, validation: given.validation.length > 0 ? 0 : options.validation };
  for (const member of groupsOf(free, groups)) {
    const shuffled = shuffle(member.rows, options.seed, `split/${member.name}`);
    // Every class keeps at least one example to learn from.
    const away = Math.min(quota(member, shares.test + shares.validation), member.rows.length - 1);
    const tested = Math.min(quota(member, shares.test), away);
    const validated = away - tested;
    given.test.push(...shuffled.slice(0, tested));
    given.validation.push(...shuffled.slice(tested, tested + validated));
    given.train.push(...shuffled.slice(tested + validated));
  }
  const ordered = (list: number[], name: string): Int32Array =>
    shuffle(Int32Array.from(list).sort(), options.seed, `order/${name}`);
  return { train: ordered(given.train, 'train'), validation: ordered(given.validation, 'validation'), test: Int32Array.from(given.test).sort() };
}

/** The first `limit` rows of a seeded shuffle of each part. */
export function limitSplit(split: Split, limit: number): Split {
  return { train: split.train.slice(0, limit), validation: split.validation.slice(0, limit), test: shuffle(split.test, 0, 'limit').slice(0, limit).sort() };
}

interface Group { name: string; rows: Int32Array; before: number }

function groupsOf(rows: readonly number[], groups: Int32Array | undefined): Group[] {
  if (groups === undefined) return [{ name: 'all', rows: Int32Array.from(rows), before: 0 }];
  const byGroup = new Map<number, number[]>();
  for (const row of rows) {
    const list = byGroup.get(groups[row]!);
    if (list) list.push(row);
    else byGroup.set(groups[row]!, [row]);
  }
  let before = 0;
  return [...byGroup].sort(([a], [b]) => a - b).map(([group, members]) => {
    const made = { name: String(group), rows: Int32Array.from(members), before };
    before += members.length;
    return made;
  });
}

/** Rows of this group in a part of the given share; over all groups they add up to the rounded share of all rows. */
function quota({ rows, before }: Group, share: number): number {
  return Math.round((before + rows.length) * share) - Math.round(before * share);
}

function shuffle(rows: Int32Array, seed: number, name: string): Int32Array {
  const order = new Philox(seed, name).permutation(rows.length);
  return Int32Array.from(order, (i) => rows[i]!);
}
