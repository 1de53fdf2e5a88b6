import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { UserError } from '#core/graph';
import fc from 'fast-check';
import { unzipSync } from 'fflate';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { generate, openSource, partCode, writeDataset } from '../../../../core/data';
import type { ImageSource, TableSource } from '../../../../core/data';

let folder: string;
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'basin-write-')); });
afterEach(() => rmSync(folder, { recursive: true }));

const text = (name: string): string => readFileSync(join(folder, name), 'utf8');

/** Separated values by the grammar of RFC 4180, character by character. */
function parse(contents: string, separator: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  for (let i = 0; i < contents.length; i++) {
    const c = contents[i]!;
    if (quoted) {
      if (c !== '"') cell += c;
      else if (contents[i + 1] === '"') { cell += '"'; i++; } else quoted = false;
    } else if (c === '"' && cell === '') quoted = true;
    else if (c === separator) { row.push(cell); cell = ''; }
    else if (c === '\n') { rows.push([...row, cell]); row = []; cell = ''; }
    else cell += c;
  }
  if (cell !== '' || row.length > 0) throw new Error('the last line is not ended');
  return rows;
}

const table = (columns: TableSource['columns'], rows: number): TableSource =>
  ({ kind: 'table', name: 't', format: 'generator', path: null, bytes: null, fingerprint: '', notices: [], rows, columns });

const awkward = table([
  { name: 'a "number", so', storage: 'number', values: Float64Array.of(0.1 + 0.2, NaN, -1e-300, Infinity) },
  { name: 'word', storage: 'text', codes: Int32Array.of(0, 1, -1, 2), dictionary: ['a,b\t"c"', 'two\r\nlines', ' spaced '] },
  { name: 'day', storage: 'date', values: Float64Array.of(0, Date.UTC(2026, 1, 3, 4, 5, 6, 7), NaN, 0) },
  { name: 'yes', storage: 'boolean', codes: Int8Array.of(1, 0, -1, 1) },
], 4);

describe('tables', () => {
  it.each([['.csv', ','], ['.tsv', '\t']])('%s: every awkward cell stands as it is', async (ending, separator) => {
    const written = await writeDataset(awkward, join(folder, `t${ending}`));
    expect(parse(text(`t${ending}`), separator)).toEqual([
      ['a "number", so', 'word', 'day', 'yes'],
      ['0.30000000000000004', 'a,b\t"c"', '1970-01-01', 'true'],
      ['', 'two\r\nlines', '2026-02-03T04:05:06.007Z', 'false'],
      ['-1e-300', '', '', ''],
      ['Infinity', ' spaced ', '1970-01-01', 'true'],
    ]);
    expect(written.bytes).toBe(readFileSync(join(folder, `t${ending}`)).length);
    expect(written.notices).toEqual([]);
  });

  it('hold any words and doubles', async () => {
    let n = 0;
    await fc.assert(fc.asyncProperty(fc.array(fc.tuple(fc.string({ unit: 'binary', minLength: 1 }), fc.double({ noNaN: true })), { minLength: 1, maxLength: 20 }), async (rows) => {
      const words = rows.map(([word]) => word);
      const name = `${n++}.csv`;
      await writeDataset(table([
        { name: 'w', storage: 'text', codes: Int32Array.from(words.keys()), dictionary: words },
        { name: 'x', storage: 'number', values: Float64Array.from(rows, ([, value]) => value) },
      ], rows.length), join(folder, name));
      const read = parse(text(name), ',').slice(1);
      expect(read.map(([word]) => word)).toEqual(words);
      // CSV has no negative zero.
      expect(read.map(([, value]) => Number(value))).toEqual(rows.map(([, value]) => value + 0));
    }), { numRuns: 60 });
  });

  it('NDJSON is an object a line, and knows no infinity', async () => {
    const finite = { ...awkward, columns: awkward.columns.slice(1) };
    await writeDataset(finite, join(folder, 't.ndjson'));
    expect(text('t.ndjson').trimEnd().split('\n').map((line) => JSON.parse(line) as unknown)).toEqual([
      { word: 'a,b\t"c"', day: '1970-01-01', yes: true },
      { word: 'two\r\nlines', day: '2026-02-03T04:05:06.007Z', yes: false },
      { word: null, day: null, yes: null },
      { word: ' spaced ', day: '1970-01-01', yes: true },
    ]);
    await expect(writeDataset(awkward, join(folder, 'u.jsonl'))).rejects.toThrow('Row 4, column "a "number", so" is infinite');
    expect(readdirSync(folder)).toEqual(['t.ndjson']);
  });

  it('read back by the reader, bit for bit, whatever their length', async () => {
    const source = await generate({ use: 'spirals', count: 30_000, arms: 3 }) as TableSource;
    await writeDataset(source, join(folder, 'spirals.csv'));
    const read = await openSource(join(folder, 'spirals.csv')) as TableSource;
    expect(read.rows).toBe(30_000);
    for (const [i, column] of source.columns.entries()) {
      const other = read.columns[i]!;
      expect(other.name).toBe(column.name);
      if (column.storage === 'number' && other.storage === 'number') expect(other.values).toEqual(column.values);
      else if (column.storage === 'text' && other.storage === 'text') {
        expect(Array.from(other.codes, (code) => other.dictionary[code])).toEqual(Array.from(column.codes, (code) => column.dictionary[code]));
      } else throw new Error(`${column.name}: ${column.storage} read as ${other.storage}`);
    }
  });

  it('say what reads back as missing', async () => {
    const { notices } = await writeDataset(table([{ name: 'w', storage: 'text', codes: Int32Array.of(0, 1), dictionary: ['NA', 'x'] }], 2), join(folder, 't.csv'));
    expect(notices.map(({ message }) => message)).toEqual(['Column "w" holds "NA", which reads back as a missing cell.']);
  });
});

const glyphs = async (parameters = {}): Promise<ImageSource> => await generate({ use: 'glyphs', count: 60, ...parameters }) as ImageSource;
const allPixels = async (source: ImageSource): Promise<Uint8Array> =>
  await source.pixels(Array.from({ length: source.count }, (_, i) => i), source.size) as Uint8Array;
const codesOf = (source: ImageSource): number[] => (source.target?.storage === 'text' ? [...source.target.codes] : []);

describe('pictures as IDX', () => {
  it('is the header of the format, then every byte', async () => {
    const source = await glyphs({ count: 600, size: 20 });
    const { files, notices } = await writeDataset(source, join(folder, 'g'));
    expect(files).toEqual(['train-images-idx3-ubyte.gz', 'train-labels-idx1-ubyte.gz', 'classes.txt']);
    const images = gunzipSync(readFileSync(join(folder, 'g', files![0]!)));
    expect([...images.subarray(0, 16)]).toEqual([0, 0, 8, 3, 0, 0, 2, 88, 0, 0, 0, 20, 0, 0, 0, 20]);
    expect(new Uint8Array(images.subarray(16))).toEqual(await allPixels(source));
    const labels = gunzipSync(readFileSync(join(folder, 'g', files![1]!)));
    expect([...labels]).toEqual([0, 0, 8, 1, 0, 0, 2, 88, ...codesOf(source)]);
    expect(text('g/classes.txt').split('\n')[9]).toBe('bolt');
    expect(notices.map(({ code }) => code)).toEqual(['write.idx.classes']);
  });

  it('keeps training and test apart, and reads back', async () => {
    const source = await glyphs();
    const parts = Uint8Array.from({ length: 60 }, (_, i) => (i < 40 ? partCode.train : partCode.test));
    await writeDataset({ ...source, parts }, join(folder, 'g'));
    const read = await openSource(join(folder, 'g')) as ImageSource;
    expect(read.parts).toEqual(parts);
    expect(await allPixels(read)).toEqual(await allPixels(source));
    expect(codesOf(read)).toEqual(codesOf(source));
  });

  it('writes numbers to predict and float pixels big end first', async () => {
    const pixels = Float32Array.of(0.5, -1.25, 3e7, 1e-9);
    const source: ImageSource = {
      ...(await glyphs()), count: 2, size: { width: 2, height: 1, channels: 1 }, target: { name: 't', storage: 'number', values: Float64Array.of(Math.PI, -2) },
      pixels: (indices) => Promise.resolve(Float32Array.from([...Array.from(indices)].flatMap((i) => [pixels[2 * i]!, pixels[2 * i + 1]!]))),
    };
    const { files } = await writeDataset(source, join(folder, 'g'));
    const images = gunzipSync(readFileSync(join(folder, 'g', files![0]!)));
    const labels = gunzipSync(readFileSync(join(folder, 'g', files![1]!)));
    expect([images[2], labels[2]]).toEqual([0x0d, 0x0e]);
    expect([0, 1, 2, 3].map((i) => images.readFloatBE(16 + 4 * i))).toEqual([...pixels]);
    expect([labels.readDoubleBE(8), labels.readDoubleBE(16)]).toEqual([Math.PI, -2]);
  });
});

describe('pictures as a zip of PNG files', () => {
  it('has a folder a class, and every pixel', async () => {
    const source = await glyphs();
    const parts = Uint8Array.from({ length: 60 }, (_, i) => (i % 3 === 0 ? partCode.test : partCode.train));
    await writeDataset({ ...source, parts }, join(folder, 'g.zip'));
    const entries = unzipSync(new Uint8Array(readFileSync(join(folder, 'g.zip'))));
    expect(Object.keys(entries)).toHaveLength(60);
    const pixels = await allPixels(source);
    const names = source.target?.storage === 'text' ? source.target.dictionary : [];
    for (let i = 0; i < 60; i++) {
      const entry = entries[`${i % 3 === 0 ? 'test' : 'train'}/${names[codesOf(source)[i]!]}/${String(i).padStart(2, '0')}.png`];
      const { data, info } = await sharp(entry).raw().toBuffer({ resolveWithObject: true });
      expect([info.width, info.height]).toEqual([28, 28]);
      const grey = data.filter((_, at) => at % info.channels === 0);
      expect(new Uint8Array(grey)).toEqual(pixels.subarray(i * 784, (i + 1) * 784));
    }
  });

  it('is the same archive each time', async () => {
    const source = await glyphs();
    await writeDataset(source, join(folder, 'a.zip'));
    await writeDataset(source, join(folder, 'b.zip'));
    expect(readFileSync(join(folder, 'a.zip')).equals(readFileSync(join(folder, 'b.zip')))).toBe(true);
  });

  it('gives classes names that folders can have', async () => {
    const source = await glyphs({ count: 10 });
    const dictionary = ['../up', 'a/b', 'a:b', 'A_B', 'dot.', '', 'con', 'x', 'y', 'z'];
    const { notices } = await writeDataset({ ...source, target: { name: 't', storage: 'text', codes: Int32Array.from({ length: 10 }, (_, i) => i), dictionary } }, join(folder, 'g.zip'));
    const folders = Object.keys(unzipSync(new Uint8Array(readFileSync(join(folder, 'g.zip'))))).map((name) => name.split('/').slice(0, -1).join('/'));
    expect(folders).toEqual(['.._up', 'a_b', 'a_b 2', 'A_B 3', 'dot', '_', 'con_', 'x', 'y', 'z']);
    expect(notices[0]!.message).toContain('"../up"');
  });
});

describe('what lies there', () => {
  it('is never overwritten unasked, and whole files replace it when asked', async () => {
    const path = join(folder, 't.csv');
    writeFileSync(path, 'mine');
    await expect(writeDataset(awkward, path)).rejects.toThrow(UserError);
    expect(text('t.csv')).toBe('mine');
    await writeDataset(awkward, path, { overwrite: true });
    expect(text('t.csv')).toContain('word');
    expect(readdirSync(folder)).toEqual(['t.csv']);
  });

  it('stays where writing fails half-way, and nothing half-written is left', async () => {
    const path = join(folder, 't.ndjson');
    writeFileSync(path, 'mine');
    await expect(writeDataset(awkward, path, { overwrite: true })).rejects.toThrow(/infinite/);
    const broken: ImageSource = { ...(await glyphs()), pixels: () => Promise.reject(new Error('gone')) };
    await expect(writeDataset(broken, join(folder, 'g'))).rejects.toThrow('gone');
    await expect(writeDataset(broken, join(folder, 'g.zip'))).rejects.toThrow('gone');
    expect(text('t.ndjson')).toBe('mine');
    expect(readdirSync(folder)).toEqual(['t.ndjson']);
  });

  it('is replaced as a folder only where all in it is such a data set', async () => {
    const path = join(folder, 'g');
    mkdirSync(path);
    const source = await glyphs();
    const parts = new Uint8Array(60).fill(partCode.test, 50).fill(partCode.train, 0, 50);
    await writeDataset({ ...source, parts }, path);
    await expect(writeDataset(source, path)).rejects.toThrow(`${path} exists.`);
    await writeDataset(source, path, { overwrite: true });
    expect(readdirSync(path).sort()).toEqual(['classes.txt', 'train-images-idx3-ubyte.gz', 'train-labels-idx1-ubyte.gz']);
    writeFileSync(join(path, 'thesis.tex'), '');
    await expect(writeDataset(source, path, { overwrite: true })).rejects.toThrow('also holds thesis.tex');
    expect(readdirSync(path)).toHaveLength(4);
    expect(readdirSync(folder)).toEqual(['g']);
  });

  it('stops when told so', async () => {
    await expect(writeDataset(await glyphs(), join(folder, 'g.zip'), { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is explained where the path or the ending cannot be', async () => {
    await expect(writeDataset(awkward, join(folder, 'no', 't.csv'))).rejects.toThrow(/there is no folder .*no/);
    await expect(writeDataset(awkward, join(folder, 't.tsx'))).rejects.toThrow('A table cannot be written as ".tsx": did you mean ".tsv"');
    await expect(writeDataset(await glyphs(), join(folder, 'g.csv'))).rejects.toThrow('Pictures cannot be written as ".csv"');
    mkdirSync(join(folder, 'd.csv'));
    await expect(writeDataset(awkward, join(folder, 'd.csv'), { overwrite: true })).rejects.toThrow('is a folder');
  });
});
