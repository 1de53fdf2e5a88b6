import { applyTransform, dataSpecification, prepare, type DataSpecificationInput } from '#core/data';
import { UserError } from '#core/graph';
import { describe, expect, it } from 'vitest';
import { cycle, table } from './table';

const specification = (given: Partial<DataSpecificationInput> = {}) => dataSpecification.parse({ source: { path: 'test.csv' }, ...given });
const wave = (n: number, step = 1): number[] => Array.from({ length: n }, (_, i) => Math.sin(i * step) * 3 + i / n);

describe('a table', () => {
  const n = 300;
  const source = table({
    height: wave(n), island: cycle(['Torgersen', 'Biscoe', 'Dream', null], n), weight: wave(n, 0.7).map((v, i) => (i % 10 === 3 ? null : v)),
    species: cycle(['Gentoo', 'Adelie', 'Chinstrap'], n),
  });

  it('is standardized with the training part alone', async () => {
    const data = await prepare(source, specification());
    const { x, count } = data.train;
    const width = data.exampleShape[0]!;
    const column = Array.from({ length: count }, (_, i) => x[i * width]!);
    expect(column.reduce((a, b) => a + b) / count).toBeCloseTo(0, 5);
    expect(column.reduce((a, b) => a + b * b, 0) / count).toBeCloseTo(1, 5);
    const raw = source.columns[0]!.storage === 'number' ? source.columns[0]!.values : undefined;
    const training = Array.from(data.train.rows, (row) => raw![row]!);
    const mean = training.reduce((a, b) => a + b) / count;
    const deviation = Math.sqrt(training.reduce((a, b) => a + (b - mean) ** 2, 0) / count);
    data.test!.rows.forEach((row, i) => expect(data.test!.x[i * width]).toBeCloseTo((raw![row]! - mean) / deviation, 5));
  });

  it('gives each category and each missing category one input', async () => {
    const data = await prepare(source, specification());
    expect(data.inputNames).toEqual(['height', 'island=Biscoe', 'island=Dream', 'island=Torgersen', 'island=(missing)', 'weight']);
    const width = data.inputNames.length;
    for (let i = 0; i < data.train.count; i++) {
      const ones = [1, 2, 3, 4].filter((at) => data.train.x[i * width + at] === 1);
      expect(ones).toEqual([[3], [1], [2], [4]][data.train.rows[i]! % 4]);
    }
  });

  it('fills numbers with the training median, marks them if asked, and reports', async () => {
    const data = await prepare(source, specification({ missing: { indicator: true } }));
    expect(data.inputNames.slice(-2)).toEqual(['weight', 'weight (missing)']);
    expect(data.report.imputed.find(({ column }) => column === 'weight')!.count).toBe(30);
    const transform = data.transform.input === 'table' ? data.transform.columns.at(-1)! : undefined;
    const values = (source.columns[2] as { values: Float64Array }).values;
    const sorted = Float64Array.from(data.train.rows, (row) => values[row]!).filter((v) => !Number.isNaN(v)).sort();
    const middle = (sorted.length - 1) / 2;
    expect(transform).toMatchObject({ kind: 'number', fill: (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2 });
    expect(data.train.x.every(Number.isFinite)).toBe(true);
  });

  it('drops rows by choice, and says how many', async () => {
    const data = await prepare(source, specification({ missing: { numbers: 'drop', categories: 'drop' } }));
    const total = data.train.count + data.validation!.count + data.test!.count;
    const dropped = data.report.dropped.reduce((sum, { count }) => sum + count, 0);
    expect(total + dropped).toBe(n);
    expect(total).toBe(Array.from({ length: n }, (_, i) => i).filter((i) => i % 10 !== 3 && i % 4 !== 3).length);
  });

  it('splits without overlap, every class alike, the same for the same seed', async () => {
    const data = await prepare(source, specification({ split: { seed: 5, validation: 0.1, test: 0.3 } }));
    const rows = [...data.train.rows, ...data.validation!.rows, ...data.test!.rows];
    expect(new Set(rows).size).toBe(n);
    expect([data.train.count, data.validation!.count, data.test!.count]).toEqual([180, 30, 90]);
    for (const part of [data.train, data.validation!, data.test!]) {
      for (const k of [0, 1, 2]) expect(part.y.filter((y: number) => y === k).length).toBe(part.count / 3);
    }
    const again = await prepare(source, specification({ split: { seed: 5, validation: 0.1, test: 0.3 } }));
    expect(again.train.rows).toEqual(data.train.rows);
    expect(again.fingerprint).toBe(data.fingerprint);
    const other = await prepare(source, specification({ split: { seed: 6, validation: 0.1, test: 0.3 } }));
    expect(other.train.rows).not.toEqual(data.train.rows);
    expect(other.fingerprint).not.toBe(data.fingerprint);
    const asText = await prepare(source, specification({ split: { seed: 5, validation: 0.1, test: 0.3 }, text: { length: 8 } }));
    expect(asText.fingerprint, 'how text is read does not concern a table').toBe(data.fingerprint);
  });

  it('respects the parts of the source', async () => {
    const parts = Uint8Array.from({ length: n }, (_, i) => (i < 200 ? 1 : 3));
    const data = await prepare({ ...source, parts }, specification());
    expect([...data.test!.rows].every((row) => row >= 200)).toBe(true);
    expect([data.train.count, data.validation!.count, data.test!.count]).toEqual([180, 20, 100]);
  });

  it('treats new data as the training data', async () => {
    const data = await prepare(source, specification());
    const applied = await applyTransform(data.transform, source);
    const width = data.exampleShape[0]!;
    data.test!.rows.forEach((row, i) => {
      expect([...applied.x.subarray(row * width, (row + 1) * width)]).toEqual([...data.test!.x.subarray(i * width, (i + 1) * width)]);
      expect(applied.y![row]).toBe(data.test!.y[i]);
    });
    const fresh = table({ height: [0], island: ['Elsewhere'], weight: [1] });
    const strange = await applyTransform(data.transform, fresh);
    expect([...strange.x.subarray(1, 5)]).toEqual([0, 0, 0, 0]);
    expect(strange.report.warnings[0]!.message).toMatch(/"island" is "Elsewhere" in 1 rows/);
    expect(strange.y).toBeUndefined();
    await expect(applyTransform(data.transform, table({ height: [0], islnd: ['Dream'], weight: [2] }))).rejects.toThrow('lacks a column the model was trained on: "island"');
  });

  it('standardizes a regression target and can undo it', async () => {
    const numeric = table({ a: wave(n), price: wave(n, 0.3).map((v) => 1000 + 50 * v) });
    const data = await prepare(numeric, specification());
    const { mean, scale } = data.targetScaling![0]!;
    const values = (numeric.columns[1] as { values: Float64Array }).values;
    data.train.rows.forEach((row, i) => expect(data.train.y[i]! * scale + mean).toBeCloseTo(values[row]!, 3));
  });

  it('takes infinite cells as missing and names the rows', async () => {
    const data = await prepare(table({ a: wave(50).map((v, i) => (i === 6 ? Infinity : v)), target: cycle(['x', 'y'], 50) }), specification());
    expect(data.report.warnings[0]!.message).toBe('test.csv: column "a" is infinite in 1 cells (row 7): taken as missing');
    expect([...data.train.x, ...data.test!.x, ...data.validation!.x].every(Number.isFinite)).toBe(true);
  });
});

describe('bad input', () => {
  const n = 40;
  const cases: [string, Parameters<typeof table>[0], Partial<DataSpecificationInput>, RegExp][] = [
    ['one class', { a: wave(n), label: cycle(['only'], n) }, { target: 'label' }, /one class only \("only"\).*nothing to tell apart/],
    ['a class for every row', { a: wave(n), name: Array.from({ length: n }, (_, i) => `n${i}`) }, { target: 'name' }, /as many classes as rows \(40\)/],
    ['a constant to predict', { a: wave(n), v: cycle([2], n) }, { target: 'v', task: 'regression' }, /is 2 in every row/],
    ['words to predict as numbers', { a: wave(n), v: cycle(['1', 'two'], n) }, { target: 'v', task: 'regression' }, /row 2 holds "two", which is not a number/],
    ['an unknown target', { height: wave(n), label: cycle(['p', 'q'], n) }, { target: 'labl' }, /data.target names column "labl", which is not there: did you mean "label"/],
    ['an unknown input', { height: wave(n), label: cycle(['p', 'q'], n) }, { inputs: ['heigth'] }, /did you mean "height"/],
    ['no inputs', { code: Array.from({ length: n }, (_, i) => `c${i}`), label: cycle(['p', 'q'], n) }, {}, /no column is left to learn from: code \(looks like an identifier/],
    ['too few rows', { a: [1, 2, 3, 4], label: ['p', 'q', 'p', 'q'] }, {}, /4 usable rows are too few: the test part would be empty/],
    ['words as numbers', { a: cycle(['1', 'x'], n), label: cycle(['p', 'q', 'q'], n) }, { columns: { a: { kind: 'number' } } }, /cannot be read as numbers: it holds "x"/],
  ];
  it.each(cases)('%s', async (_, columns, given, message) => {
    const failure = await prepare(table(columns), specification(given)).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(UserError);
    expect((failure as UserError).message).toMatch(message);
  });

  it('names a misspelt field', () => {
    expect(() => specification({ splt: {} } as never)).toThrow(/unknown field \\?"splt\\?": did you mean \\?"split/);
    expect(() => specification({ split: { validation: 0.6, test: 0.6 } })).toThrow(/leave nothing to train on/);
  });
});
