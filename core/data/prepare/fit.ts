import { isMissing, nameAt, numberAt } from '../cells';
import { orderNames } from '../natural-order';
import type { DataSpecification } from '../specification';
import type { InputColumn } from './columns';
import { missingCategory, type ColumnTransform } from './transform';

type Missing = DataSpecification['missing'];

/** What happens to missing cells of one column: its own choice, else the choice for its kind. */
export function missingChoice({ kind, column }: InputColumn, { missing, columns }: DataSpecification): string {
  const own = columns[column.name]?.missing;
  const numeric = kind !== 'category';
  if (own !== undefined && (numeric ? own !== 'category' : own !== 'median' && own !== 'mean' && own !== 'constant')) return own;
  return numeric ? missing.numbers : missing.categories;
}

/** Fits a column's transform on the training rows. `anyMissing`: whether any row of the data lacks a value. */
export function fitColumn(input: InputColumn, train: Int32Array, specification: DataSpecification): ColumnTransform {
  const choice = missingChoice(input, specification);
  return input.kind === 'category'
    ? fitCategory(input, train, choice)
    : fitNumber(input, train, choice, specification.missing, specification.standardize);
}

function fitNumber({ column, kind, profile }: InputColumn, train: Int32Array, choice: string, { constant, indicator }: Missing, standardize: boolean): ColumnTransform {
  const values = Float64Array.from(train, (row) => numberAt(column, row)).filter((value) => !Number.isNaN(value)).sort();
  const fill = choice === 'drop' ? null : choice === 'constant' ? constant : statistic(choice, values);
  // Filled cells count: the network sees them too.
  const seen = Float64Array.from(train, (row) => {
    const value = numberAt(column, row);
    return Number.isNaN(value) ? fill ?? NaN : value;
  }).filter((value) => !Number.isNaN(value));
  const mean = standardize ? average(seen) : 0;
  const deviation = standardize ? Math.sqrt(average(seen.map((value) => (value - mean) ** 2))) : 1;
  return {
    kind: 'number', name: column.name, from: kind === 'date' || kind === 'boolean' ? kind : 'number', fill,
    indicator: indicator && fill !== null && profile.missing > 0, mean, scale: deviation > 0 ? deviation : 1,
  };
}

const average = (values: Float64Array): number => (values.length === 0 ? 0 : values.reduce((a, b) => a + b, 0) / values.length);

/** Mean, median or mode of sorted values; 0 where the training part has none. */
function statistic(choice: string, sorted: Float64Array): number {
  const n = sorted.length;
  if (n === 0) return 0;
  if (choice === 'mean') return average(sorted);
  if (choice === 'median') return (sorted[Math.floor((n - 1) / 2)]! + sorted[Math.ceil((n - 1) / 2)]!) / 2;
  let best = sorted[0]!;
  let most = 0;
  for (let i = 0, run = 0; i < n; i++) {
    run = i > 0 && sorted[i] === sorted[i - 1] ? run + 1 : 1;
    if (run <= most) continue;
    most = run;
    best = sorted[i]!;
  }
  return best;
}

function fitCategory({ column }: InputColumn, train: Int32Array, choice: string): ColumnTransform {
  const counted = new Map<string, number>();
  let absent = false;
  for (const row of train) {
    if (isMissing(column, row)) absent = true;
    else counted.set(nameAt(column, row)!, (counted.get(nameAt(column, row)!) ?? 0) + 1);
  }
  const names = orderNames([...counted.keys()]);
  const commonest = names.reduce((a, b) => (counted.get(b)! > counted.get(a)! ? b : a), names[0] ?? missingCategory);
  const own = choice === 'category' && absent;
  return {
    kind: 'category', name: column.name, categories: own ? [...names, missingCategory] : names,
    fill: choice === 'drop' ? null : choice === 'mode' ? commonest : missingCategory,
  };
}
