import { cellAt, isMissing, lengthOf, nameAt, numberAt } from '../cells';
import { orderNames } from '../natural-order';
import type { Column } from '../source';
import { columnKind, type ColumnKind } from './kind';

/** What is known of a column before anything is chosen. */
export interface ColumnProfile {
  name: string;
  kind: ColumnKind;
  /** Why the column is kept out of the inputs unless the user takes it; absent for usable columns. */
  keptOut?: string;
  rows: number;
  missing: number;
  /** Infinite cells among the missing ones. */
  infinite: number;
  distinct: number;
  /** Numbers and dates (dates in days since 1970), over the cells that are there. */
  numbers?: { minimum: number; maximum: number; mean: number; deviation: number; quartiles: [number, number, number]; integer: boolean };
  /** Equal-width histogram of numbers; counts of the commonest values otherwise (the rest as `other`). */
  histogram: { labels: string[]; counts: number[] };
  examples: (string | number | boolean | null)[];
}

const bins = 20;
const commonest = 20;

/** Looks at every cell of a column. */
export function profileColumn(column: Column): ColumnProfile {
  const rows = lengthOf(column);
  let missing = 0;
  let infinite = 0;
  for (let i = 0; i < rows; i++) {
    if (!isMissing(column, i)) continue;
    missing++;
    if (column.storage === 'number' && !Number.isNaN(column.values[i]!)) infinite++;
  }
  const numeric = column.storage === 'number' || column.storage === 'date';
  const facts = numeric ? numberFacts(column, rows) : nameFacts(column, rows);
  const { kind, keptOut } = columnKind(column, { rows, missing, distinct: facts.distinct, integer: facts.numbers?.integer ?? false });
  const examples: ColumnProfile['examples'] = [];
  for (let i = 0; i < rows && examples.length < 5; i++) if (!isMissing(column, i)) examples.push(cellAt(column, i));
  return { name: column.name, kind, ...(keptOut === undefined ? {} : { keptOut }), rows, missing, infinite, ...facts, examples };
}

type Facts = Pick<ColumnProfile, 'distinct' | 'numbers' | 'histogram'>;

function numberFacts(column: Column, rows: number): Facts {
  const found: number[] = [];
  for (let i = 0; i < rows; i++) {
    const value = numberAt(column, i);
    if (!Number.isNaN(value)) found.push(value);
  }
  const sorted = Float64Array.from(found).sort();
  const n = sorted.length;
  if (n === 0) return { distinct: 0, histogram: { labels: [], counts: [] } };
  let distinct = 1;
  let total = 0;
  let integer = true;
  for (let i = 0; i < n; i++) {
    if (i > 0 && sorted[i] !== sorted[i - 1]) distinct++;
    total += sorted[i]!;
    integer &&= Number.isInteger(sorted[i]!);
  }
  const mean = total / n;
  let squares = 0;
  for (const value of sorted) squares += (value - mean) ** 2;
  const quantile = (q: number): number => {
    const at = q * (n - 1);
    const low = Math.floor(at);
    return sorted[low]! + (at - low) * ((sorted[low + 1] ?? sorted[low]!) - sorted[low]!);
  };
  const minimum = sorted[0]!;
  const maximum = sorted[n - 1]!;
  const width = (maximum - minimum) / bins || 1;
  const counts = new Array<number>(minimum === maximum ? 1 : bins).fill(0);
  for (const value of sorted) counts[Math.min(counts.length - 1, Math.floor((value - minimum) / width))]!++;
  const labels = counts.map((_, i) => String(Number((minimum + i * width).toPrecision(6))));
  return {
    distinct,
    numbers: { minimum, maximum, mean, deviation: Math.sqrt(squares / n), quartiles: [quantile(0.25), quantile(0.5), quantile(0.75)], integer },
    histogram: { labels, counts },
  };
}

function nameFacts(column: Column, rows: number): Facts {
  const counted = new Map<string, number>();
  for (let i = 0; i < rows; i++) {
    const name = nameAt(column, i);
    if (name !== null) counted.set(name, (counted.get(name) ?? 0) + 1);
  }
  const names = orderNames([...counted.keys()]);
  const shown = names.length <= commonest ? names : [...names].sort((a, b) => counted.get(b)! - counted.get(a)!).slice(0, commonest);
  const counts = shown.map((name) => counted.get(name)!);
  const rest = [...counted.values()].reduce((a, b) => a + b, 0) - counts.reduce((a, b) => a + b, 0);
  return {
    distinct: names.length,
    histogram: rest > 0 ? { labels: [...shown, 'other'], counts: [...counts, rest] } : { labels: shown, counts },
  };
}
