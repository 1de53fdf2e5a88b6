import { UserError } from '#core/graph';
import type { Column, Notice } from '../source';
import type { Dialect } from './csv-scan';
import type { SampleReading } from './csv-sample';
import { firstLine, readColumns, sqlString, withDuckDB } from './duckdb';

/** A file whose layout is known to the cell: what is left is to turn cells into values. */
export interface CsvParse {
  /** Name for messages. */
  file: string;
  /** UTF-8 file to read. */
  path: string;
  dialect: Dialect;
  reading: SampleReading;
  names: readonly string[];
  rows: number;
  longest: number;
  missing: ReadonlySet<string>;
  notices: Notice[];
  signal: AbortSignal | undefined;
}

const sqlTypes = { number: 'DOUBLE', date: 'TIMESTAMP', boolean: 'BOOLEAN', text: 'VARCHAR' } as const;

/**
 * DuckDB parses with nothing left to sniff. The types come from the first megabytes; where a later cell does not fit
 * its column's type, the column is read again as text and a notice names the cell.
 */
export async function parseCsv(parse: CsvParse): Promise<Column[]> {
  const storages = [...parse.reading.storages];
  return withDuckDB(async (connection) => {
    for (let attempt = 0; ; attempt++) {
      const selected = parse.names.map((name, index) => ({
        name,
        storage: storages[index] ?? 'text',
        expression: parse.reading.padded && storages[index] === 'text' ? `trim(c${index})` : `c${index}`,
      }));
      const { rows, columns } = await explained(parse, () => readColumns(connection, table(parse, storages, attempt), selected, parse.signal));
      const rejected = await rejects(connection, attempt);
      if (rejected.length === 0) {
        if (rows !== parse.rows) throw new Error(`${parse.file}: ${parse.rows} rows counted, ${rows} read by DuckDB`);
        return columns;
      }
      for (const { column, cells, line, value } of rejected) {
        const wanted = storages[column];
        if (wanted === undefined || wanted === 'text') throw new Error(`${parse.file}, line ${line}: DuckDB refuses the text cell ${value}`);
        storages[column] = 'text';
        parse.notices.push({
          code: 'csv.mixed-column',
          message:
            `Column "${parse.names[column]}" begins like ${words[wanted]}, but ${cells === 1 ? 'one cell is none' : `${cells} cells are not`} ` +
            `(${value} in line ${line}): read as text.`,
          hint: 'If that cell means "missing", add it to the missing-value markers.',
        });
      }
    }
  });
}

/** Our own scan has accepted the file: what DuckDB still refuses is said in its words. */
async function explained<T>({ file, path, signal }: CsvParse, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new UserError('data.csv.unreadable', `${file} cannot be read: ${firstLine(cause, path)}`, { hint: 'Save it again as CSV with cells in quotes.', cause });
  }
}

const words = { number: 'numbers', date: 'dates', boolean: 'true and false' } as const;

function table(parse: CsvParse, storages: readonly Column['storage'][], attempt: number): string {
  const missing = [...parse.missing];
  // Files with ", " between cells have " ?" for "?".
  const markers = parse.reading.padded ? [...missing, ...missing.map((marker) => ` ${marker}`)] : missing;
  const size = Math.max(2 ** 21, parse.longest + 16);
  const options = [
    'auto_detect=false',
    `delim=${sqlString(parse.dialect.delimiter)}`,
    `quote='"'`,
    `escape='"'`,
    `header=${parse.reading.header}`,
    `nullstr=[${markers.map(sqlString).join(', ')}]`,
    `max_line_size=${size}`,
    `buffer_size=${Math.max(2 ** 25, size * 2)}`,
    ...(parse.reading.decimalComma ? [`decimal_separator=','`] : []),
    'store_rejects=true',
    'rejects_limit=0',
    `rejects_table='rejected${attempt}'`,
    `rejects_scan='scan${attempt}'`,
    `columns={${storages.map((storage, index) => `'c${index}': '${sqlTypes[storage]}'`).join(', ')}}`,
  ];
  return `read_csv(${sqlString(parse.path)}, ${options.join(', ')})`;
}

interface Rejected {
  column: number;
  cells: number;
  line: number;
  /** The first refused cell, in quotes. */
  value: string;
}

async function rejects(connection: Parameters<Parameters<typeof withDuckDB>[0]>[0], attempt: number): Promise<Rejected[]> {
  const result = await connection.runAndReadAll(
    `SELECT column_idx, error_type, count(*)::INTEGER, min(line)::INTEGER, arg_min(error_message, line) FROM rejected${attempt} ` +
      'GROUP BY column_idx, error_type ORDER BY column_idx',
  );
  return result.getRows().map(([column, type, cells, line, message]) => {
    if (String(type) !== 'CAST') {
      // Our own scan has accepted the file, so this is a difference between the two.
      throw new UserError('data.csv.unreadable', `Line ${String(line)}: ${String(message)}`, { hint: 'Put cells with unusual characters in quotes.' });
    }
    const value = /Could not convert string "([\s\S]*)" to/.exec(String(message))?.[1];
    // DuckDB counts columns from 1.
    return { column: Number(column) - 1, cells: Number(cells), line: Number(line), value: value === undefined ? 'a cell' : `"${value}"` };
  });
}
