import { readFileSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it } from 'vitest';
import { openSource } from '#core/data';
import { openTable, refusal, scratch, table } from './files';

const { write, path } = scratch();
const json = (name: string, value: unknown): string => write(name, JSON.stringify(value));

async function parquet(name: string, query: string): Promise<string> {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  await connection.run(`SET TimeZone = 'America/New_York'; COPY (${query}) TO '${path(name)}' (FORMAT parquet)`);
  connection.closeSync();
  return path(name);
}

const day = Date.UTC(2024, 0, 2);

describe('JSON', () => {
  const people = [
    { n: 1, name: 'Ann', ok: true, born: '2024-01-02', size: { w: 1.5, h: 'tall' }, mixed: 'x' },
    { n: null, name: 'NA', ok: false, born: null, size: null, mixed: 3 },
    { n: 2.5, name: 'Zoë', born: '2024-01-02', size: { w: 2 }, extra: '7' },
  ];
  const columns = {
    n: [1, null, 2.5],
    name: ['Ann', null, 'Zoë'],
    ok: [true, false, null],
    born: [day, null, day],
    'size.w': [1.5, null, 2],
    'size.h': ['tall', null, null],
    mixed: ['x', '3', null],
    extra: [null, null, 7],
  };

  it('reads records, taking nested ones apart one level deep', async () => {
    const source = await openTable(json('people.json', people));
    expect(source).toMatchObject({ format: 'json', rows: 3, encoding: 'utf-8', notices: [] });
    expect(table(source)).toEqual(columns);
  });

  it('reads a record a line, blank lines and marks between', async () => {
    const lines = people.map((person) => JSON.stringify(person));
    const source = await openTable(write('people.jsonl', `\ufeff${lines[0]}\n\n${lines[1]}\r\n${lines[2]}`));
    expect(source.format).toBe('ndjson');
    expect(table(source)).toEqual(columns);
    expect(source.notices.map(({ code }) => code)).toEqual(['text.byte-order-mark']);
    expect((await openTable(write('lines.json', lines.join('\n')))).format).toBe('ndjson');
    expect(table(await openTable(write('utf16.ndjson', Buffer.from(`\ufeff${lines.join('\n')}`, 'utf16le'))))).toEqual(columns);
  });

  it('reads columns, rows of values, and records inside a record', async () => {
    expect(table(await openTable(json('columns.json', { a: [1, 2], b: ['x', null] })))).toEqual({ a: [1, 2], b: ['x', null] });
    expect(table(await openTable(json('rows.json', [[1, 2], [3, 4]])))).toEqual({ 'json.0': [1, 3], 'json.1': [2, 4] });
    const wrapped = await openTable(json('wrapped.json', { version: 1, data: [{ a: 1 }, { a: 2 }] }));
    expect(table(wrapped)).toEqual({ a: [1, 2] });
    expect(wrapped.notices[0]?.message).toBe('wrapped.json: the records are taken from "data"; beside it and not used: version.');
    expect(table(await openTable(json('one.json', [{ a: 1, b: 'x' }])))).toEqual({ a: [1], b: ['x'] });
  });

  it('takes equally long lists of numbers apart and leaves out what is deeper, naming it', async () => {
    const source = await openTable(json('deep.json', [{ a: 1, e: [1, 2], v: [1], d: { x: { y: 1 } } }, { a: 2, e: [3, 4], v: [1, 2], d: { x: { y: 2 } } }]));
    expect(table(source)).toEqual({ a: [1, 2], 'e.0': [1, 3], 'e.1': [2, 4] });
    expect(source.notices[0]?.message).toContain('v (a list of 1 to 2 numbers), d.x (a record)');
    const { code, message } = await refusal(openSource(json('nothing.json', [{ a: ['x'] }, { a: ['y'] }])));
    expect([code, message]).toEqual(['data.table.no-columns', 'nothing.json has no column of single values (found: a (a list)).']);
  });

  it('keeps whole numbers beyond 2^53 as text', async () => {
    const source = await openTable(write('big.json', '[{"id":9007199254740993,"n":5},{"id":2,"n":6}]'));
    expect(table(source)).toEqual({ id: ['9007199254740993', '2'], n: [5, 6] });
    expect(source.notices[0]?.code).toBe('table.codes');
  });

  it('names the place of what is not JSON', async () => {
    const list = await refusal(openSource(write('bad.json', '[{"a":1},\n {"a":2]')));
    expect(list.code).toBe('data.json.malformed');
    expect(list.message).toMatch(/^bad\.json, line 2, column 8: not valid JSON \(.*\)\.$/);
    const cut = await refusal(openSource(write('cut.json', '[{"a":1},\n {"a":')));
    expect(cut.message).toMatch(/^cut\.json, line 2, column 7: not valid JSON \(Unexpected end/);
    const token = await refusal(openSource(write('token.json', `[{"a":1},\n{"a":yes},\n${'{"a":1},\n'.repeat(50)}{}]`)));
    expect(token.message).toBe("token.json, line 2, column 6: not valid JSON (Unexpected token 'y').");
    const lines = await refusal(openSource(write('bad.ndjson', '{"a":1}\n\n{"a":x}\n')));
    expect(lines.message).toMatch(/^bad\.ndjson, line 3, column 6: not valid JSON \(/);
  });

  it('refuses empty lists, ragged columns and pandas by column', async () => {
    expect((await refusal(openSource(json('empty.json', [])))).code).toBe('data.empty');
    expect((await refusal(openSource(json('ragged.json', { a: [1, 2], b: [1] })))).message).toBe('ragged.json: the list "b" holds 1 values, "a" holds 2.');
    expect((await refusal(openSource(json('pandas.json', { a: { 0: 1, 1: 2 }, b: { 0: 3, 1: 4 } })))).hint).toContain("orient='records'");
  });
});

describe('Parquet', () => {
  it('reads every type', async () => {
    const file = await parquet('all.parquet', `
      SELECT 1::BIGINT i, 2.25::DECIMAL(10,2) d, 0.5::FLOAT f, true b, DATE '2024-01-02' AS day, TIMESTAMP '2024-01-02 00:00:01.5' ts,
             TIMESTAMPTZ '2024-01-01 19:00:00-05' tz, 'x' s, 'u'::ENUM('u', 'v') e, {'w': 1, 'h': 'k'} r, [1.5, 2.5] l, 'inf'::DOUBLE inf, '7' digits, '\\x01'::BLOB bytes
      UNION ALL SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL`);
    const source = await openTable(file);
    expect(source).toMatchObject({ format: 'parquet', rows: 2 });
    expect(table(source)).toEqual({
      i: [1, null], d: [2.25, null], f: [0.5, null], b: [true, null], day: [day, null], ts: [day + 1500, null], tz: [day, null], s: ['x', null], e: ['u', null],
      'r.w': [1, null], 'r.h': ['k', null], 'l.0': [1.5, null], 'l.1': [2.5, null], inf: [Infinity, null], digits: [7, null],
    });
    expect(source.notices[0]?.message).toContain('bytes (bytes)');
  });

  it('reads many rows in order', async () => {
    const source = await openTable(await parquet('many.parquet', `SELECT i::INTEGER AS i, 'c' || (i % 3) AS c FROM range(100000) t(i)`));
    const { i, c } = table(source) as { i: number[]; c: string[] };
    expect(i.every((value, row) => value === row)).toBe(true);
    expect(c.slice(0, 4)).toEqual(['c0', 'c1', 'c2', 'c0']);
  });

  it('refuses a file that is cut short or is something else', async () => {
    const whole = readFileSync(await parquet('whole.parquet', 'SELECT 1 a'));
    const cut = await refusal(openSource(write('cut.parquet', whole.subarray(0, whole.length - 10))));
    expect(cut.code).toBe('data.parquet.damaged');
    expect(cut.message).toMatch(/^cut\.parquet is not a readable Parquet file: .*\.$/);
    expect(cut.message).not.toContain(path('cut.parquet'));
    expect((await refusal(openSource(write('text.parquet', 'a,b\n1,2\n')))).code).toBe('data.parquet.damaged');
    expect((await refusal(openSource(await parquet('none.parquet', 'SELECT 1 a WHERE false')))).message).toBe('none.parquet holds no rows.');
  });
});
