import { basename } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Column } from '../source';
import { DictionaryBuilder } from './dictionary';

/** How a column of a query is stored: its SQL expression is cast so that only numbers and strings cross over. */
export interface Selected {
  name: string;
  /** SQL that yields the column, for instance a quoted identifier. */
  expression: string;
  storage: Column['storage'];
}

/** A connection to a database in memory of its own, closed when `use` has ended. */
export async function withDuckDB<T>(use: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
  // Loaded on first use: the library is large, and most commands never read a table.
  const { DuckDBInstance } = await import('@duckdb/node-api');
  // Extensions are never fetched: what we read is built in, and Basin works without a network.
  const instance = await DuckDBInstance.create(':memory:', { autoinstall_known_extensions: 'false' });
  try {
    const connection = await instance.connect();
    try {
      await connection.run("SET TimeZone = 'UTC'");
      return await use(connection);
    } finally {
      connection.closeSync();
    }
  } finally {
    instance.closeSync();
  }
}

/** `text` as an SQL string. */
export function sqlString(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** `name` as an SQL identifier. */
export function sqlName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function cast({ expression, storage }: Selected): string {
  switch (storage) {
    case 'number':
      return `coalesce(CAST(${expression} AS DOUBLE), 'NaN'::DOUBLE)`;
    case 'date':
      return `coalesce(CAST(epoch_ms(CAST(${expression} AS TIMESTAMP)) AS DOUBLE), 'NaN'::DOUBLE)`;
    case 'boolean':
      return `coalesce(CAST(CAST(${expression} AS TINYINT) AS DOUBLE), -1::DOUBLE)`;
    case 'text':
      return `CAST(${expression} AS VARCHAR)`;
  }
}

/** Grows as rows come; the number of rows is not known before. */
interface Builder {
  append(values: ArrayLike<unknown>): void;
  finish(rows: number): Column;
}

function numbers(name: string, storage: 'number' | 'date' | 'boolean'): Builder {
  let values = new Float64Array(2048);
  let length = 0;
  return {
    append(chunk) {
      if (length + chunk.length > values.length) {
        const larger = new Float64Array(Math.max(values.length * 2, length + chunk.length));
        larger.set(values.subarray(0, length));
        values = larger;
      }
      for (let i = 0; i < chunk.length; i++) values[length + i] = chunk[i] as number;
      length += chunk.length;
    },
    finish(rows) {
      const kept = values.slice(0, rows);
      return storage === 'boolean' ? { name, storage, codes: Int8Array.from(kept) } : { name, storage, values: kept };
    },
  };
}

function strings(name: string): Builder {
  const builder = new DictionaryBuilder();
  return {
    append(chunk) {
      for (let i = 0; i < chunk.length; i++) builder.add(chunk[i] as string | null);
    },
    finish: () => builder.column(name),
  };
}

/**
 * Runs `SELECT selected FROM table` and gathers it column by column, chunk by chunk: no object a row.
 * @throws what DuckDB throws; the reader knows what it means.
 */
export async function readColumns(
  connection: DuckDBConnection,
  table: string,
  selected: readonly Selected[],
  signal?: AbortSignal,
): Promise<{ rows: number; columns: Column[] }> {
  const result = await connection.stream(`SELECT ${selected.map(cast).join(', ')} FROM ${table}`);
  const builders = selected.map(({ name, storage }) => (storage === 'text' ? strings(name) : numbers(name, storage)));
  let rows = 0;
  for (;;) {
    signal?.throwIfAborted();
    const chunk = await result.fetchChunk();
    if (!chunk || chunk.rowCount === 0) break;
    builders.forEach((builder, index) => builder.append(chunk.getColumnVector(index).toArray()));
    rows += chunk.rowCount;
  }
  return { rows, columns: builders.map((builder) => builder.finish(rows)) };
}

/** DuckDB's message without its kind, the folder and the advice for SQL. */
export function firstLine(error: unknown, path: string): string {
  const message = error instanceof Error ? error.message : String(error);
  const line = message.split('\n')[0]!.replaceAll(path, basename(path)).replace(/^[A-Z]\w+(?: \w+)* Error: /, '').trim();
  return /[.!?]$/.test(line) ? line : `${line}.`;
}
