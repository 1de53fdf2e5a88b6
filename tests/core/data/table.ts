import type { Column, TableSource } from '#core/data';

type Cells = readonly (number | null)[] | readonly (string | null)[] | readonly (boolean | null)[];

/** A table from plain lists; null is a missing cell. */
export function table(columns: Record<string, Cells>, extra: Partial<TableSource> = {}): TableSource {
  const made = Object.entries(columns).map(([name, cells]) => column(name, cells));
  return {
    kind: 'table', name: 'test.csv', format: 'csv', path: null, bytes: null, fingerprint: 'f', notices: [],
    rows: Object.values(columns)[0]!.length, columns: made, ...extra,
  };
}

function column(name: string, cells: Cells): Column {
  const first = cells.find((cell) => cell !== null);
  if (typeof first === 'string') {
    const dictionary = [...new Set(cells.filter((cell) => cell !== null))] as string[];
    return { name, storage: 'text', dictionary, codes: Int32Array.from(cells as (string | null)[], (cell) => (cell === null ? -1 : dictionary.indexOf(cell))) };
  }
  if (typeof first === 'boolean') return { name, storage: 'boolean', codes: Int8Array.from(cells as (boolean | null)[], (cell) => (cell === null ? -1 : cell ? 1 : 0)) };
  return { name, storage: 'number', values: Float64Array.from(cells as (number | null)[], (cell) => cell ?? NaN) };
}

export const cycle = <T>(values: readonly T[], count: number): T[] => Array.from({ length: count }, (_, i) => values[i % values.length]!);
