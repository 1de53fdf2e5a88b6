import type { Column } from './source';

/** Rows of a column. */
export const lengthOf = (column: Column): number =>
  column.storage === 'number' || column.storage === 'date' ? column.values.length : column.codes.length;

/** Whether the cell in `row` is missing. An infinite number counts as missing: no network can use it. */
export function isMissing(column: Column, row: number): boolean {
  return column.storage === 'number' || column.storage === 'date'
    ? !Number.isFinite(column.values[row]!)
    : column.codes[row]! < 0;
}

/** The cell as a name (a class, a category); null where it is missing. */
export function nameAt(column: Column, row: number): string | null {
  if (isMissing(column, row)) return null;
  switch (column.storage) {
    case 'number': return String(column.values[row]!);
    case 'date': return isoDate(column.values[row]!);
    case 'text': return column.dictionary[column.codes[row]!]!;
    case 'boolean': return column.codes[row] === 1 ? 'true' : 'false';
  }
}

const millisecondsPerDay = 86_400_000;

/** A moment as people write it: the day alone when it is midnight. */
export function isoDate(milliseconds: number): string {
  const text = new Date(milliseconds).toISOString();
  return milliseconds % millisecondsPerDay === 0 ? text.slice(0, 10) : text;
}

/** The cell as a number a network can use (days since 1970 for dates); NaN where it is missing or a word. */
export function numberAt(column: Column, row: number): number {
  if (isMissing(column, row)) return NaN;
  switch (column.storage) {
    case 'number': return column.values[row]!;
    case 'date': return column.values[row]! / millisecondsPerDay;
    case 'boolean': return column.codes[row]!;
    case 'text': {
      const text = column.dictionary[column.codes[row]!]!.trim();
      return text === '' ? NaN : Number(text);
    }
  }
}

/** The cell as JSON, for previews: infinities keep their sign as words. */
export function cellAt(column: Column, row: number): string | number | boolean | null {
  if (column.storage === 'number') {
    const value = column.values[row]!;
    return Number.isNaN(value) ? null : Number.isFinite(value) ? value : value > 0 ? 'Infinity' : '-Infinity';
  }
  if (column.storage === 'boolean') return column.codes[row]! < 0 ? null : column.codes[row] === 1;
  return nameAt(column, row);
}
