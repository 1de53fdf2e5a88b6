import type { NumberColumn } from '../source';

/** An array of rank 1 or 2, row after row, as the columns of a table: `x`, or `x0`, `x1` ... */
export function arrayTable(
  values: ArrayLike<number>,
  shape: readonly number[],
  prefix = 'x',
): { kind: 'table'; rows: number; columns: NumberColumn[] } {
  const rows = shape[0] ?? 0;
  const width = shape[1] ?? 1;
  const columns = Array.from({ length: width }, (_, index): NumberColumn => {
    const column = new Float64Array(rows);
    for (let row = 0; row < rows; row++) column[row] = values[row * width + index]!;
    return { name: shape.length === 1 ? prefix : `${prefix}${index}`, storage: 'number', values: column };
  });
  return { kind: 'table', rows, columns };
}
