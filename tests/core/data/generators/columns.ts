import { generate } from '../../../../core/data';
import type { GeneratorSpecification, TableSource } from '../../../../core/data';

/** A generated table as plain arrays: one a feature, the target's numbers, the target's class names. */
export interface Columns {
  source: TableSource;
  names: string[];
  features: Float64Array[];
  target: Float64Array;
  classes: string[];
}

export async function columnsOf(specification: GeneratorSpecification): Promise<Columns> {
  const source = await generate(specification);
  if (source.kind !== 'table') throw new Error(`${specification.use} is no table`);
  const columns = [...source.columns];
  const last = columns.pop()!;
  return {
    source,
    names: [...columns.map((column) => column.name), last.name],
    features: columns.map((column) => {
      if (column.storage !== 'number') throw new Error(`${column.name} is no number`);
      return column.values;
    }),
    target: last.storage === 'number' ? last.values : new Float64Array(),
    classes: last.storage === 'text' ? Array.from(last.codes, (code) => last.dictionary[code]!) : [],
  };
}

/** How often each value occurs. */
export function counts<T>(values: Iterable<T>): Map<T, number> {
  const result = new Map<T, number>();
  for (const value of values) result.set(value, (result.get(value) ?? 0) + 1);
  return result;
}

export const mean = (values: ArrayLike<number>): number => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

export const deviation = (values: ArrayLike<number>): number => {
  const centre = mean(values);
  return Math.sqrt(mean(Array.from(values, (value) => (value - centre) ** 2)));
};
