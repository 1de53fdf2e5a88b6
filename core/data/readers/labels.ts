import type { NumberColumn, TextColumn } from '../source';

/**
 * Whole numbers as classes, in the order of their values (so that class 3 of ten digits is "3"); null where there is
 * a fraction or something missing among them.
 */
export function classesOf(values: ArrayLike<number>, name: string): TextColumn | null {
  const distinct = new Set<number>();
  for (let i = 0; i < values.length; i++) {
    if (!Number.isInteger(values[i])) return null;
    distinct.add(values[i]!);
  }
  const sorted = [...distinct].sort((a, b) => a - b);
  const codes = new Map(sorted.map((value, code) => [value, code]));
  return {
    name,
    storage: 'text',
    codes: Int32Array.from(values, (value) => codes.get(value)!),
    dictionary: sorted.map(String),
  };
}

/** Classes where the numbers look like classes: whole, and few for their number; else numbers to predict. */
export function labelColumn(values: ArrayLike<number>, integers: boolean): TextColumn | NumberColumn {
  const classes = classesOf(values, 'class');
  const distinct = classes?.dictionary.length ?? Infinity;
  if (classes && distinct <= 1000 && (integers || (distinct <= 100 && distinct * 2 <= values.length))) return classes;
  return { name: 'target', storage: 'number', values: Float64Array.from(values) };
}
