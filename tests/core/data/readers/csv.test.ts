import { describe, expect, it } from 'vitest';
import { openSource } from '#core/data';
import { cells, noSharedData, openTable, refusal, scratch, sharedData, table } from './files';

const { write } = scratch();
const codes = (source: { notices: { code: string }[] }): string[] => source.notices.map(({ code }) => code);

describe('values', () => {
  it('reads numbers, text, truth values, dates and missing cells', async () => {
    const source = await openTable(write('types.csv', 'n,t,b,d\n1.5,red,true,2024-01-02\n,"bl""ue, dark",false,2024-01-02 12:30:00\n-2e3,NA,,\n'));
    expect(source).toMatchObject({ format: 'csv', rows: 3, encoding: 'utf-8', name: 'types.csv', notices: [] });
    expect(table(source)).toEqual({
      n: [1.5, null, -2000],
      t: ['red', 'bl"ue, dark', null],
      b: [true, false, null],
      d: [Date.UTC(2024, 0, 2), Date.UTC(2024, 0, 2, 12, 30), null],
    });
    expect(source.columns.map(({ storage }) => storage)).toEqual(['number', 'text', 'boolean', 'date']);
  });

  it.each(['NA', '?', '-', 'null', 'None', 'NaN', 'N/A'])('takes %s for a missing number', async (marker) => {
    const source = await openTable(write('missing.csv', `a,b\n1,2\n${marker},3\n4,5\n`));
    expect(table(source)).toEqual({ a: [1, null, 4], b: [2, 3, 5] });
  });

  it('takes the markers it is told', async () => {
    const source = await openTable(write('markers.csv', 'a,b\n1,2\n-999,NA\n'), { missingValues: ['-999'] });
    expect(table(source)).toEqual({ a: [1, null], b: ['2', 'NA'] });
  });

  it('keeps infinite cells and makes NaN missing', async () => {
    const source = await openTable(write('inf.csv', 'a,b\ninf,1\n-Infinity,nan\n3,NaN\n'));
    expect(table(source)).toEqual({ a: [Infinity, -Infinity, 3], b: [1, null, null] });
  });

  it('keeps numbers and strings apart where a late cell does not fit, and says so', async () => {
    const rows = Array.from({ length: 3000 }, (_, i) => `${i},${i === 2500 ? 'broken' : i}`).join('\n');
    const source = await openTable(write('late.csv', `a,b\n${rows}\n`));
    const b = cells(source.columns[1]);
    expect(b[2500]).toBe('broken');
    expect(b[2499]).toBe('2499');
    expect(cells(source.columns[0])[2500]).toBe(2500);
    expect(source.notices).toMatchObject([{ code: 'csv.mixed-column' }]);
    expect(source.notices[0]?.message).toContain('"broken" in line 2502');
  });

  it('keeps codes with leading zeros and long identifiers as text', async () => {
    const source = await openTable(write('codes.csv', 'zip,id,x\n02134,12345678901234567,1\n90210,12345678901234568,2\n'));
    expect(table(source)).toEqual({ zip: ['02134', '90210'], id: ['12345678901234567', '12345678901234568'], x: [1, 2] });
  });

  it('reads semicolons with decimal commas, tabs and bars', async () => {
    expect(table(await openTable(write('de.csv', 'a;b\n1,5;x\n2,25;y\n')))).toEqual({ a: [1.5, 2.25], b: ['x', 'y'] });
    const tabs = await openTable(write('t.tsv', 'a\tb\n1\tx, y\n2\tz\n'));
    expect(tabs.format).toBe('tsv');
    expect(table(tabs)).toEqual({ a: [1, 2], b: ['x, y', 'z'] });
    expect(table(await openTable(write('bar.txt', 'a|b\n1|2\n')))).toEqual({ a: [1], b: [2] });
  });

  it('reads blanks after the delimiter, quoted line ends, blank lines, and CRLF', async () => {
    expect(table(await openTable(write('pad.csv', 'a, b\n1, x\n2, ?\n')))).toEqual({ a: [1, 2], b: ['x', null] });
    expect(table(await openTable(write('crlf.csv', 'a,b\r\n1,"x\r\ny"\r\n\r\n2,z\r\n')))).toEqual({ a: [1, 2], b: ['x\r\ny', 'z'] });
    expect(table(await openTable(write('cr.csv', 'a,b\r1,x\r2,z\r')))).toEqual({ a: [1, 2], b: ['x', 'z'] });
    expect(table(await openTable(write('last.csv', 'a,b\n1,x\n2,z')))).toEqual({ a: [1, 2], b: ['x', 'z'] });
    expect(table(await openTable(write('single.csv', 'a\n1\n2\n')))).toEqual({ a: [1, 2] });
  });
});

describe('files that other programs trip over', () => {
  it('line ends of several kinds and blank lines', async () => {
    expect(table(await openTable(write('ends.csv', 'a,b\r\n1,"x\ry"\n\n3,"x\n\r\ny"\r\n5,z\r\r7,w')))).toEqual({ a: [1, 3, 5, 7], b: ['x\ry', 'x\n\r\ny', 'z', 'w'] });
    expect(table(await openTable(write('blank-single.csv', 'a\n1\n\n3\n\n')))).toEqual({ a: [1, 3] });
    const short = await refusal(openSource(write('ends-short.csv', 'a,b\r\n1,2\n\r3\r\n')));
    expect(short.message).toContain('ends-short.csv, line 4: 1 cell found');
  });

  it('remarks above the table, and NumPy\'s header in one', async () => {
    const remarks = await openTable(write('remarks.csv', '# measured by us\n# in 2024\na,b\n1,2\n'));
    expect(table(remarks)).toEqual({ a: [1], b: [2] });
    expect(codes(remarks)).toEqual(['csv.remarks']);
    expect(table(await openTable(write('savetxt.csv', '# a,b\n1,2\n3,4\n')))).toEqual({ '# a': [1, 3], b: [2, 4] });
    expect((await refusal(openSource(write('remarks-bad.csv', '# we\na,b\n1,2\n3\n')))).message).toContain('line 4: 1 cell found');
  });

  it('columns lined up by blanks', async () => {
    const source = await openTable(write('aligned.txt', '  1.5   2.0  a\n -1.0  10.0  bc\n'));
    expect(table(source)).toEqual({ column0: [1.5, -1], column1: [2, 10], column2: ['a', 'bc'] });
    expect(table(await openTable(write('spaced.txt', 'x y\n1 2\n3 4\n')))).toEqual({ x: [1, 3], y: [2, 4] });
  });

  it('quotes inside unquoted cells, and one cell of megabytes', async () => {
    expect(table(await openTable(write('inch.csv', 'a,b\n5" pipe,2\n3" tube,4\n')))).toEqual({ a: ['5" pipe', '3" tube'], b: [2, 4] });
    const long = 'x'.repeat(3_000_000);
    expect(table(await openTable(write('long-cell.csv', `a,b\n1,${long}\n2,y\n`)))).toEqual({ a: [1, 2], b: [long, 'y'] });
  });
});

describe('headers', () => {
  it('names the columns of a file without a header and says so', async () => {
    const source = await openTable(write('none.csv', '5.1,3.5,setosa\n4.9,3.0,setosa\n7.0,3.2,versicolor\n'));
    expect(table(source)).toEqual({ column0: [5.1, 4.9, 7], column1: [3.5, 3, 3.2], column2: ['setosa', 'setosa', 'versicolor'] });
    expect(codes(source)).toEqual(['csv.no-header']);
  });

  it('obeys the choice of a header', async () => {
    const path = write('years.csv', '2019,2020\n1,2\n');
    expect(table(await openTable(path, { header: true }))).toEqual({ 2019: [1], 2020: [2] });
    expect(table(await openTable(path))).toEqual({ column0: [2019, 1], column1: [2020, 2] });
    const words = write('words.csv', 'a,b\nc,d\n');
    expect(table(await openTable(words, { header: false }))).toEqual({ column0: ['a', 'c'], column1: ['b', 'd'] });
  });

  it('renames the later of two columns of one name, naming both', async () => {
    const source = await openTable(write('twice.csv', 'a,w,w,w_2\n1,2,3,4\n'));
    expect(table(source)).toEqual({ a: [1], w: [2], w_3: [3], w_2: [4] });
    expect(source.notices[0]).toMatchObject({ code: 'table.duplicate-name' });
    expect(source.notices[0]?.message).toBe('twice.csv: columns 2 and 3 are both named "w"; column 3 is called "w_3" here.');
  });

  it('reads one row, and refuses a header alone', async () => {
    expect(table(await openTable(write('one.csv', 'a,b\n1,2\n')))).toEqual({ a: [1], b: [2] });
    expect(table(await openTable(write('one-plain.csv', '1,2')))).toEqual({ column0: [1], column1: [2] });
    const { code, message } = await refusal(openSource(write('head.csv', 'a,b\n')));
    expect([code, message]).toEqual(['data.empty', 'head.csv holds the names of 2 columns and no rows.']);
  });
});

describe('damaged files', () => {
  it('names line and cells of a short and of a long row', async () => {
    const short = await refusal(openSource(write('short.csv', 'a,b,c\n1,2,3\n\n4,5\n6,7,8\n')));
    expect(short).toMatchObject({ code: 'data.csv.ragged', message: 'short.csv, line 4: 2 cells found, 3 expected (as in the first line).' });
    expect(short.hint).toContain('The delimiter is a comma');
    const long = await refusal(openSource(write('long.csv', `a,b\n${'1,2\n'.repeat(30_000)}1,2,3\n`)));
    expect(long.message).toBe('long.csv, line 30002: 3 cells found, 2 expected (as in the first line).');
  });

  it('names the line of a quote that is never closed, or closed too late', async () => {
    const open = await refusal(openSource(write('open.csv', 'a,b\n1,x\n2,"y\n3,z\n')));
    expect(open).toMatchObject({ code: 'data.csv.quote', message: 'open.csv: the quote that opens in line 3 is never closed.' });
    const after = await refusal(openSource(write('after.csv', 'a,b\n1,"x"y\n')));
    expect(after.message).toBe('after.csv, line 2: text follows the closing quote of a cell (the quote in line 2).');
    const swallowed = await refusal(openSource(write('swallowed.csv', 'a,b\n1,"x\n2,y\n3,"z"\n')));
    expect(swallowed.message).toBe('swallowed.csv, line 4: text follows the closing quote of a cell (the quote that opens in line 2).');
  });

  it('refuses binary contents and only blank lines', async () => {
    expect((await refusal(openSource(write('binary.csv', Buffer.from('a,b\n1,\0\n'))))).message).toContain('line 2: a zero byte (byte 7 of the file)');
    expect((await refusal(openSource(write('blank.csv', '\n\n\n')))).code).toBe('data.empty');
  });
});

describe('encodings', () => {
  const text = 'name,n\nmüller,1\ncafé,2\n';
  const expected = { name: ['müller', 'café'], n: [1, 2] };

  it('reads UTF-8 with a byte-order mark', async () => {
    const source = await openTable(write('bom.csv', `\ufeff${text}`));
    expect(table(source)).toEqual(expected);
    expect(codes(source)).toEqual(['text.byte-order-mark']);
    const plain = await openTable(write('bom-plain.csv', '\ufeff1,2\n3,4\n'));
    expect(table(plain)).toEqual({ column0: [1, 3], column1: [2, 4] });
  });

  it.each([true, false])('reads UTF-16 in both byte orders (mark: %s)', async (mark) => {
    const little = Buffer.from((mark ? '\ufeff' : '') + text, 'utf16le');
    const source = await openTable(write('le.csv', little));
    expect(table(source)).toEqual(expected);
    expect(source.encoding).toBe('utf-16le');
    expect(codes(source)).toEqual(['text.encoding']);
    expect(table(await openTable(write('be.csv', Buffer.from(little).swap16())))).toEqual(expected);
  });

  it('reads Latin-1 and says so', async () => {
    const source = await openTable(write('latin.csv', Buffer.from(text, 'latin1')));
    expect(table(source)).toEqual(expected);
    expect(source).toMatchObject({ encoding: 'latin-1', notices: [{ code: 'text.encoding' }] });
  });

  it('refuses a mixture with line and byte', async () => {
    const mixed = Buffer.concat([Buffer.from('name,n\nmüller,1\n'), Buffer.from('café,2\n', 'latin1')]);
    const { code, message } = await refusal(openSource(write('mixed.csv', mixed)));
    expect(code).toBe('data.text.encoding');
    expect(message).toBe('mixed.csv, line 3, byte 4 (0xe9): not UTF-8, while other letters of the file are: it mixes encodings (1 such bytes).');
  });

  it('obeys the choice of an encoding and refuses unknown ones', async () => {
    const path = write('cyrillic.csv', Buffer.from([0x61, 0x2c, 0x62, 10, 0xc4, 0xe0, 0x2c, 0x31, 10]));
    expect(table(await openTable(path, { encoding: 'windows-1251' }))).toEqual({ a: ['Да'], b: [1] });
    expect((await refusal(openSource(path, { encoding: 'klingon' }))).message).toContain('"klingon" is not a text encoding');
  });
});

describe('size', () => {
  it('reads 10,000 columns', async () => {
    const width = 10_000;
    const rows = Array.from({ length: 30 }, (_, r) => Array.from({ length: width }, (_, c) => (r * width + c) / 8));
    const header = Array.from({ length: width }, (_, c) => `f${c}`).join(',');
    const source = await openTable(write('wide.csv', `${header}\n${rows.map((row) => row.join(',')).join('\n')}\n`));
    expect([source.rows, source.columns.length]).toEqual([30, width]);
    expect(cells(source.columns[9999])).toEqual(rows.map((row) => row[9999]));
  });

  it('has one fingerprint for the same contents', async () => {
    const one = await openTable(write('same-1.csv', 'a,b\n1,2\n'));
    const two = await openTable(write('same-2.csv', 'a,b\n1,2\n'));
    const other = await openTable(write('same-3.csv', 'a,b\n1,3\n'));
    expect(one.fingerprint).toMatch(/^[0-9a-f]{64}$/);
    expect(two.fingerprint).toBe(one.fingerprint);
    expect(other.fingerprint).not.toBe(one.fingerprint);
  });
});

describe.skipIf(noSharedData)('real tables', () => {
  it('iris', async () => {
    const source = await openTable(`${sharedData}/iris.csv`);
    expect([source.rows, source.columns.length, source.notices]).toEqual([150, 5, []]);
    expect(new Set(table(source)['species'])).toEqual(new Set(['setosa', 'versicolor', 'virginica']));
    expect(table(source)['sepal_length']?.slice(0, 3)).toEqual([5.1, 4.9, 4.7]);
  });

  it('penguins: missing cells stay missing', async () => {
    const columns = table(await openTable(`${sharedData}/penguins.csv`));
    const missing = Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, values.filter((v) => v === null).length]));
    expect(missing).toEqual({
      species: 0, island: 0, bill_length_mm: 2, bill_depth_mm: 2, flipper_length_mm: 2, body_mass_g: 2, sex: 11,
    });
  });

  it('diamonds: 53,940 rows', async () => {
    const source = await openTable(`${sharedData}/diamonds.csv`);
    expect(source.rows).toBe(53_940);
    expect(source.columns.map(({ storage }) => storage[0]).join('')).toBe('ntttnnnnnn');
    expect(cells(source.columns[6]).slice(-1)).toEqual([2757]);
  });
});
