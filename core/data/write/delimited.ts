import { cellAt } from '../cells';
import { missingMarkers } from '../readers/missing';
import type { Notice, TableSource } from '../source';
import { inPieces } from './rows';

/**
 * Comma- or tab-separated values as RFC 4180 has them: a header, fields in quotes where they hold a separator, a quote, a line
 * break or spaces at an end; numbers in the shortest form that reads back to the same double; missing cells empty.
 */
export function* writeDelimited(source: TableSource, separator: ',' | '\t'): Generator<string> {
  const special = separator === ',' ? /[",\r\n]|^\s|\s$/ : /["\t\r\n]|^\s|\s$/;
  const quoted = (text: string): string => (special.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  // A missing cell of a table with one column would be an empty line, which readers skip.
  const missing = source.columns.length === 1 ? '""' : '';
  const line = (row: number): string => {
    const cells = source.columns.map((column) => {
      const cell = cellAt(column, row);
      return cell === null || cell === '' ? missing : quoted(String(cell));
    });
    return `${cells.join(separator)}\n`;
  };
  yield* inPieces(source.rows, `${source.columns.map(({ name }) => (name === '' ? '""' : quoted(name))).join(separator)}\n`, line);
}

/** What of a table separated values cannot hold. */
export function delimitedNotices(source: TableSource): Notice[] {
  const markers = missingMarkers({});
  return source.columns.flatMap((column): Notice[] => {
    if (column.storage !== 'text') return [];
    const words = column.dictionary.filter((word) => markers.has(word));
    if (words.length === 0) return [];
    return [{
      code: 'write.missing-word',
      message: `Column "${column.name}" holds ${words.map((word) => `"${word}"`).join(' and ')}, which reads back as a missing cell.`,
      hint: 'Write NDJSON, or set the missing-value markers when the file is opened.',
    }];
  });
}
