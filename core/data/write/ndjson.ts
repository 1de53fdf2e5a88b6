import { UserError } from '#core/graph';
import { cellAt } from '../cells';
import type { TableSource } from '../source';
import { inPieces } from './rows';

/**
 * One JSON object a line, missing cells null.
 * @throws UserError naming row and column of an infinite number, which JSON does not know
 */
export function* writeNdjson(source: TableSource): Generator<string> {
  yield* inPieces(source.rows, '', (row) => {
    const fields = source.columns.map((column) => {
      if (column.storage === 'number' && Math.abs(column.values[row]!) === Infinity) {
        throw new UserError('write.infinite', `Row ${row + 1}, column "${column.name}" is infinite, which JSON cannot hold.`, { hint: 'Write CSV instead.' });
      }
      return `${JSON.stringify(column.name)}:${JSON.stringify(cellAt(column, row))}`;
    });
    return `{${fields.join(',')}}\n`;
  });
}
