import { isMissing, nameAt, numberAt } from '../cells';
import type { Column } from '../source';
import { missingCategory, type ColumnTransform } from './transform';

/** Inputs that a column becomes. */
export const widthOf = (transform: ColumnTransform): number =>
  transform.kind === 'number' ? (transform.indicator ? 2 : 1) : transform.categories.length;

/** Names of those inputs: `carat`, `carat (missing)`, `cut=Ideal`. */
export function inputNamesOf(transform: ColumnTransform): string[] {
  const { name } = transform;
  if (transform.kind === 'category') return transform.categories.map((category) => `${name}=${category}`);
  return transform.indicator ? [name, `${name} (missing)`] : [name];
}

/** What was met while encoding that a person should know. */
export interface Encoded {
  filled: number;
  /** Categories that the training part did not have: their inputs are all zero. */
  unseen: Map<string, number>;
}

/**
 * Writes the inputs of one column for `rows` into `out` (`[rows.length, stride]`, row-major) from input `offset` on.
 */
export function encodeColumn(transform: ColumnTransform, column: Column, rows: Int32Array, out: Float32Array, stride: number, offset: number): Encoded {
  const encoded: Encoded = { filled: 0, unseen: new Map() };
  if (transform.kind === 'number') {
    const { mean, scale, fill, indicator } = transform;
    rows.forEach((row, i) => {
      let value = numberAt(column, row);
      const absent = Number.isNaN(value);
      if (absent) {
        encoded.filled++;
        value = fill ?? NaN;
      }
      out[i * stride + offset] = (value - mean) / scale;
      if (indicator) out[i * stride + offset + 1] = absent ? 1 : 0;
    });
    return encoded;
  }
  const index = new Map(transform.categories.map((category, i) => [category, i]));
  rows.forEach((row, i) => {
    let name = nameAt(column, row);
    if (name === null) {
      encoded.filled++;
      name = transform.fill ?? missingCategory;
    }
    const at = index.get(name);
    if (at === undefined) encoded.unseen.set(name, (encoded.unseen.get(name) ?? 0) + 1);
    else out[i * stride + offset + at] = 1;
  });
  return encoded;
}

/** Rows of `rows` in which a column that may not be missing is. */
export function rowsToDrop(transform: ColumnTransform, column: Column, rows: Int32Array): number[] {
  return transform.fill !== null ? [] : [...rows].filter((row) => isMissing(column, row));
}
