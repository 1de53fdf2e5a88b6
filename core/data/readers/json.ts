import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { UserError } from '#core/graph';
import type { Notice, Probe, Reader, ReadOptions, TableSource } from '../source';
import { firstLine, sqlName, sqlString, withDuckDB } from './duckdb';
import { detectEncoding } from './text-encoding';
import type { TextFile } from './text-file';
import { openText } from './text-file';
import type { Field } from './typed-table';
import { fieldsOf, readTyped } from './typed-table';
import { findFault, firstFaultyLine } from './json-fault';

type Format = 'json' | 'ndjson';

function reading(format: Format): Reader['open'] {
  return async (probe, options) => {
    const notices: Notice[] = [];
    const text = await openText(probe, options, notices, true);
    try {
      return await read(format, text, probe, options, notices);
    } finally {
      await text.dispose();
    }
  };
}

async function read(format: Format, text: TextFile, probe: Probe, options: ReadOptions, notices: Notice[]): Promise<TableSource> {
  const file = basename(probe.path);
  const { rows, columns } = await withDuckDB(async (connection) => {
    const settings = [
      `format=${sqlString(format === 'json' ? 'auto' : 'newline_delimited')}`,
      // Types from the whole file, records never taken for maps, and one value may be all of the file.
      'sample_size=-1', 'map_inference_threshold=-1', 'field_appearance_threshold=0', `maximum_object_size=${Math.min(Math.max(text.bytes + 1024, 2 ** 24), 2 ** 32 - 1)}`,
    ];
    try {
      await connection.run(`CREATE TABLE raw AS SELECT * FROM read_json(${sqlString(text.path)}, ${settings.join(', ')})`);
    } catch (cause) {
      if (options.signal?.aborted) throw cause;
      throw await malformed(format, text, file, cause);
    }
    return readTyped(connection, await records(connection, file, notices), file, options, notices);
  });
  return { kind: 'table', name: file, format, path: probe.path, bytes: probe.bytes, fingerprint: text.fingerprint, notices, rows, columns, encoding: text.encoding };
}

/**
 * The table or query that has one example a row. Besides a list of records these are understood: lists of values
 * (`[[1, 2], [3, 4]]`), one record of columns (`{"a": [1, 2], "b": [3, 4]}`) and one that holds the list of records
 * beside other things (`{"version": 1, "data": [...]}`).
 */
async function records(connection: DuckDBConnection, file: string, notices: Notice[]): Promise<string> {
  const fields = await fieldsOf(connection, 'raw');
  const rows = Number((await connection.runAndReadAll('SELECT count(*)::INTEGER FROM raw')).getRows()[0]![0]);
  if (rows === 0) throw new UserError('data.empty', `${file} holds no records.`, { hint: 'Open a file with rows.' });
  if (rows !== 1) return 'raw';
  const isList = ({ type }: Field): boolean => type.endsWith('[]');
  const held = fields.filter(({ type }) => /^STRUCT\(.*\)\[\]$/s.test(type));
  if (held.length === 1) {
    const { name, expression } = held[0]!;
    const others = fields.filter((field) => field.name !== name).map((field) => field.name);
    if (others.length > 0) notices.push({ code: 'json.wrapped', message: `${file}: the records are taken from "${name}"; beside it and not used: ${others.join(', ')}.` });
    return `(SELECT unnest(record) FROM (SELECT unnest(${expression}) AS record FROM raw))`;
  }
  if (fields.length > 0 && fields.every(isList) && fields[0]!.name !== 'json') {
    const lengths = await connection.runAndReadAll(`SELECT ${fields.map(({ expression }) => `coalesce(len(${expression}), 0)::INTEGER`).join(', ')} FROM raw`);
    const counts = lengths.getRows()[0]!.map(Number);
    const odd = counts.findIndex((count) => count !== counts[0]);
    if (odd > 0) {
      throw new UserError('data.json.ragged', `${file}: the list "${fields[odd]!.name}" holds ${counts[odd]} values, "${fields[0]!.name}" holds ${counts[0]}.`, {
        hint: 'Give every column the same number of values (null where one is missing).',
      });
    }
    return `(SELECT ${fields.map(({ name, expression }) => `unnest(${expression}) AS ${sqlName(name)}`).join(', ')} FROM raw)`;
  }
  if (fields.length > 1 && fields.every(({ type }) => type.startsWith('STRUCT("0"'))) {
    throw new UserError('data.json.by-column', `${file} holds a record a column with the row numbers as names ("${fields[0]!.name}": {"0": ...}), as pandas writes by default.`, {
      hint: "Write it with to_json(path, orient='records').",
    });
  }
  return 'raw';
}

/** What is wrong with a file that DuckDB refuses, and where. */
async function malformed(format: Format, text: TextFile, file: string, cause: unknown): Promise<UserError> {
  const contents = await readFile(text.path, 'utf8');
  const fault = format === 'ndjson' ? firstFaultyLine(contents) : findFault(contents);
  if (!fault) {
    return new UserError('data.json.malformed', `${file} cannot be read as a table: ${firstLine(cause, text.path)}`, {
      hint: 'Save it as a list of records with the same fields.',
      cause,
    });
  }
  return new UserError('data.json.malformed', `${file}, line ${fault.line}, column ${fault.column}: not valid JSON (${fault.why}).`, {
    hint: format === 'ndjson' ? 'Each line must be one complete JSON record.' : 'Check the file at this place; a comma, quote or bracket may be missing, or its end.',
    cause,
  });
}

/** The beginning of a file as text, where it could be JSON. */
function beginning(probe: Probe): string {
  if (probe.directory) return '';
  const encoding = detectEncoding(probe.head);
  return new TextDecoder(encoding.label).decode(probe.head).replace(/^\ufeff/, '').trimStart();
}

const ending = /\.[a-z]\w*$/i;

/** A list of records, or one of the forms that `records` knows. */
export const jsonReader: Reader = {
  format: 'json',
  title: 'JSON (a list of records)',
  extensions: ['json'],
  recognises: (probe) => !probe.directory && (/\.json$/i.test(probe.path) || (!ending.test(basename(probe.path)) && /^\[\s*[[{]/.test(beginning(probe)))),
  open: reading('json'),
};

/** A JSON record a line. */
export const ndjsonReader: Reader = {
  format: 'ndjson',
  title: 'JSON lines (a record a line)',
  extensions: ['ndjson', 'jsonl'],
  recognises: (probe) =>
    !probe.directory &&
    (/\.(?:ndjson|jsonl)$/i.test(probe.path) || ((/\.json$/i.test(probe.path) || !ending.test(basename(probe.path))) && /^\{[^\n]*\}\s*\n\s*\{/.test(beginning(probe)))),
  open: reading('ndjson'),
};
