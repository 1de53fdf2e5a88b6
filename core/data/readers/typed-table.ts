import type { DuckDBConnection } from '@duckdb/node-api';
import { UserError } from '#core/graph';
import type { Column, Notice, ReadOptions } from '../source';
import type { Selected } from './duckdb';
import { readColumns, sqlName, sqlString } from './duckdb';
import { firstNames } from './image-layout';
import { missingMarkers } from './missing';

/** A field of a table in DuckDB with the type that DuckDB gives it. */
export interface Field {
  name: string;
  expression: string;
  type: string;
}

/** Columns of a table or query by name and type. */
export async function fieldsOf(connection: DuckDBConnection, table: string): Promise<Field[]> {
  const result = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${table}`);
  return result.getRows().map(([name, type]) => ({ name: String(name), expression: sqlName(String(name)), type: String(type) }));
}

const integer = /^(?:U?(?:TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT))$/;
const wide = /^U?(?:BIGINT|HUGEINT)$/;
const float = /^(?:FLOAT|DOUBLE|DECIMAL\(.*\))$/;
const list = /^(.*)\[\d*\]$/s;
/** Above this many numbers in a list, or 2^53 in an integer, a column is not taken apart or kept as a number. */
const largestList = 100_000;
const exact = 2n ** 53n;

/**
 * Reads a table whose types are known. Records are taken apart one level deep (`size.width`), lists of as many numbers
 * in every row as well (`embedding.0`); what is nested deeper is left out with a notice that names it.
 * @throws UserError where there are no rows, or no column that can be read
 */
export async function readTyped(
  connection: DuckDBConnection,
  table: string,
  file: string,
  options: ReadOptions,
  notices: Notice[],
): Promise<{ rows: number; columns: Column[] }> {
  const leftOut: string[] = [];
  const selected: Selected[] = [];
  for (const field of await flatten(connection, table, leftOut)) {
    options.signal?.throwIfAborted();
    selected.push(await storageOf(connection, table, field, options, notices));
  }
  if (leftOut.length > 0) {
    notices.push({
      code: 'table.nested',
      message: `${file}: left out, because they hold more than one value a row or bytes: ${firstNames(leftOut)}.`,
      hint: 'Write one value a row and field; records are taken apart one level deep.',
    });
  }
  if (selected.length === 0) {
    throw new UserError('data.table.no-columns', `${file} has no column of single values${leftOut.length > 0 ? ` (found: ${firstNames(leftOut)})` : ''}.`, {
      hint: 'Save the table as a list of records with a number, text or date in each field.',
    });
  }
  const read = await readColumns(connection, table, selected, options.signal);
  if (read.rows === 0) throw new UserError('data.empty', `${file} holds no rows.`, { hint: 'Open a file with rows.' });
  return read;
}

async function flatten(connection: DuckDBConnection, table: string, leftOut: string[]): Promise<Field[]> {
  const flat: Field[] = [];
  for (const field of await fieldsOf(connection, table)) {
    if (field.type.startsWith('STRUCT(') && !list.test(field.type)) {
      const inner = await fieldsOf(connection, `(SELECT unnest(${field.expression}) FROM ${table})`);
      for (const { name, type } of inner) {
        const member = { name: `${field.name}.${name}`, expression: `struct_extract(${field.expression}, ${sqlString(name)})`, type };
        if (isNested(type)) leftOut.push(`${member.name} (${kindOf(type)})`);
        else flat.push(member);
      }
    } else if (isNumberList(field.type)) flat.push(...(await spread(connection, table, field, leftOut)));
    else if (isNested(field.type)) leftOut.push(`${field.name} (${kindOf(field.type)})`);
    else flat.push(field);
  }
  return flat;
}

function isNested(type: string): boolean {
  return list.test(type) || /^(?:STRUCT|MAP|UNION)\(/.test(type) || type === 'BLOB' || type === 'BIT';
}

function isNumberList(type: string): boolean {
  const element = list.exec(type)?.[1];
  return element !== undefined && (integer.test(element) || float.test(element));
}

function kindOf(type: string): string {
  if (type === 'BLOB' || type === 'BIT') return 'bytes';
  if (list.test(type)) return 'a list';
  return 'a record';
}

/** A list of numbers that is equally long in every row: one column a place. */
async function spread(connection: DuckDBConnection, table: string, { name, expression, type }: Field, leftOut: string[]): Promise<Field[]> {
  const result = await connection.runAndReadAll(`SELECT min(len(${expression}))::INTEGER, max(len(${expression}))::INTEGER FROM ${table}`);
  const [least, most] = result.getRows()[0] as [number | null, number | null];
  if (least === null || least !== most || least === 0 || least > largestList) {
    leftOut.push(`${name} (a list${least !== null && least !== most ? ` of ${least} to ${most} numbers` : ''})`);
    return [];
  }
  const element = list.exec(type)![1]!;
  return Array.from({ length: least }, (_, i) => ({ name: `${name}.${i}`, expression: `${expression}[${i + 1}]`, type: element }));
}

async function storageOf(connection: DuckDBConnection, table: string, field: Field, options: ReadOptions, notices: Notice[]): Promise<Selected> {
  const { name, expression, type } = field;
  if (wide.test(type)) {
    const result = await connection.runAndReadAll(`SELECT max(${expression})::VARCHAR, min(${expression})::VARCHAR FROM ${table}`);
    const large = result.getRows()[0]!.some((value) => value !== null && (BigInt(String(value)) > exact || BigInt(String(value)) < -exact));
    if (!large) return { name, expression, storage: 'number' };
    notices.push({ code: 'table.codes', message: `Column "${name}" holds whole numbers beyond 2^53: kept as text, so that nothing of them is lost.` });
    return { name, expression, storage: 'text' };
  }
  if (integer.test(type) || float.test(type)) return { name, expression, storage: 'number' };
  if (type === 'BOOLEAN') return { name, expression, storage: 'boolean' };
  if (type === 'DATE' || type.startsWith('TIMESTAMP')) return { name, expression, storage: 'date' };
  return textStorage(connection, table, field, options);
}

/** Text: markers count as missing, and where only numbers are left the column is numeric. */
async function textStorage(connection: DuckDBConnection, table: string, { name, expression, type }: Field, options: ReadOptions): Promise<Selected> {
  // A JSON value of mixed types keeps its quotes unless it is asked for as a string.
  const text = type === 'JSON' ? `(${expression} ->> '$')` : `CAST(${expression} AS VARCHAR)`;
  const markers = [...missingMarkers(options)].map(sqlString).join(', ');
  const known = `CASE WHEN trim(${text}) IN (${markers}) THEN NULL ELSE ${text} END`;
  const result = await connection.runAndReadAll(
    `SELECT count(k)::DOUBLE, count(TRY_CAST(k AS DOUBLE))::DOUBLE, count(*) FILTER (regexp_matches(k, '^(0\\d+|\\d{16,})$'))::DOUBLE ` +
      `FROM (SELECT ${known} AS k FROM ${table})`,
  );
  const [cells, numbers, codes] = result.getRows()[0] as [number, number, number];
  return { name, expression: known, storage: cells > 0 && numbers === cells && codes === 0 ? 'number' : 'text' };
}
