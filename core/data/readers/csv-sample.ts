import type { Column } from '../source';

/** What is guessed from the first megabytes of a file of separated values. */
export interface SampleReading {
  header: boolean;
  /** Cells of the first record where it is a header. */
  names: string[];
  storages: Column['storage'][];
  /** Whether numbers are written with a comma. */
  decimalComma: boolean;
  /** Whether cells are padded with blanks after the delimiter. */
  padded: boolean;
  /** Columns of digits that are kept as text, because they begin with zeros or have more digits than a number keeps. */
  codes: number[];
}

/** Records of `text` as cells; a quoted cell loses its quotes. At most `limit` records; stops at the text's end. */
export function splitRecords(text: string, delimiter: string, limit: number): string[][] {
  const records: string[][] = [];
  let cells: string[] = [];
  let position = 0;
  while (position < text.length && records.length < limit) {
    let cell: string;
    if (text[position] === '"') {
      let end = position + 1;
      for (;;) {
        end = text.indexOf('"', end);
        if (end < 0) end = text.length;
        else if (text[end + 1] === '"') {
          end += 2;
          continue;
        }
        break;
      }
      cell = text.slice(position + 1, end).replaceAll('""', '"');
      position = end + 1;
      const next = cellEnd(text, position, delimiter);
      cell += text.slice(position, next);
      position = next;
    } else {
      const end = cellEnd(text, position, delimiter);
      cell = text.slice(position, end);
      position = end;
    }
    cells.push(cell);
    if (text[position] === delimiter) {
      position++;
      if (position < text.length) continue;
      cells.push('');
    }
    if (cells.length > 1 || cells[0] !== '') records.push(cells);
    cells = [];
    position += text[position] === '\r' && text[position + 1] === '\n' ? 2 : 1;
  }
  return records;
}

function cellEnd(text: string, from: number, delimiter: string): number {
  let end = from;
  while (end < text.length) {
    const character = text[end];
    if (character === delimiter || character === '\n' || character === '\r') break;
    end++;
  }
  return end;
}

// Rarer in ordinary text first: where two delimiters divide all lines alike, the rarer one is meant.
const candidates = ['\t', ';', '|', ','];

/** The delimiter that divides the most lines into the same number of cells, more than one. A comma if none does. */
export function detectDelimiter(text: string): string {
  let best = ',';
  let bestScore = 0;
  const score = (delimiter: string): number => {
    const widths = splitRecords(text, delimiter, 200).map((cells) => cells.length);
    const counts = new Map<number, number>();
    for (const width of widths) counts.set(width, (counts.get(width) ?? 0) + 1);
    const [width, count] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a), [0, 0]);
    return width > 1 ? count / widths.length : 0;
  };
  for (const delimiter of candidates) {
    const value = score(delimiter);
    if (value > bestScore) {
      best = delimiter;
      bestScore = value;
    }
  }
  if (bestScore === 0 && score(' ') === 1 && splitRecords(text, ' ', 3).length > 1) return ' ';
  return best;
}

const number = /^\s*[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|inf|infinity|nan)\s*$/i;
const commaNumber = /^\s*[+-]?\d+,\d+(?:[eE][+-]?\d+)?\s*$/;
const boolean = /^(?:true|false)$/i;
const date = /^\d{4}-\d\d?-\d\d?(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d(?::?\d\d)?)?)?$/;
const code = /^(?:0\d+|\d{16,})$/;

/** Storage of one column by its cells, the missing ones left out. */
function storageOf(cells: readonly string[], decimalComma: boolean): Column['storage'] {
  if (cells.length === 0) return 'number';
  if (cells.every((cell) => number.test(cell) || (decimalComma && commaNumber.test(cell)))) return 'number';
  if (cells.every((cell) => boolean.test(cell))) return 'boolean';
  if (cells.every((cell) => date.test(cell))) return 'date';
  return 'text';
}

/** Guesses header and storages from the first records. `header` overrides the guess. */
export function readSample(
  records: readonly string[][],
  delimiter: string,
  missing: ReadonlySet<string>,
  header?: boolean,
): SampleReading {
  const width = records[0]?.length ?? 0;
  const first = records[0] ?? [];
  const body = records.slice(1).filter((cells) => cells.length === width);
  const columnCells = (index: number, from: readonly string[][]): string[] =>
    from.map((cells) => cells[index] ?? '').filter((cell) => !missing.has(cell.trim()));
  const cells = first.map((_, index) => columnCells(index, body));
  const decimalComma =
    delimiter !== ',' &&
    cells.some((column) => column.length > 0 && column.some((cell) => commaNumber.test(cell)) &&
      column.every((cell) => commaNumber.test(cell) || number.test(cell)));
  const storages = cells.map((column) => storageOf(column, decimalComma));
  const isHeader = header ?? looksLikeHeader(first, cells, storages, missing);
  // Without a header the first record is data too.
  if (!isHeader) {
    first.forEach((_, index) => {
      const all = columnCells(index, records.filter((record) => record.length === width));
      storages[index] = storageOf(all, decimalComma);
      cells[index] = all;
    });
  }
  const codes: number[] = [];
  cells.forEach((column, index) => {
    if (storages[index] === 'number' && column.some((cell) => code.test(cell.trim())) && column.every((cell) => /^\s*\d+\s*$/.test(cell))) {
      storages[index] = 'text';
      codes.push(index);
    }
  });
  const padded = width > 1 && body.length > 0 && body.every((record) => record.slice(1).every((cell) => cell === '' || cell.startsWith(' ')));
  return { header: isHeader, names: isHeader ? first : [], storages, decimalComma, padded, codes };
}

/**
 * A first record is a header when none of its cells is a number, date or truth value, and either a column below is
 * not text, or its cells never come back in their columns.
 */
function looksLikeHeader(
  first: readonly string[],
  below: readonly (readonly string[])[],
  storages: readonly Column['storage'][],
  missing: ReadonlySet<string>,
): boolean {
  const named = first.filter((cell) => cell.trim() !== '' && !missing.has(cell.trim()));
  if (named.length === 0) return false;
  if (first.some((cell) => number.test(cell) || commaNumber.test(cell) || boolean.test(cell) || date.test(cell))) return false;
  if (storages.some((storage, index) => storage !== 'text' && (below[index]?.length ?? 0) > 0)) return true;
  return !first.some((cell, index) => cell.trim() !== '' && (below[index] ?? []).includes(cell));
}
