import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyTransform, dataSpecification, generate, openSource, prepare, sequenceRows } from '#core/data';
import type { SequenceSource, TableSource } from '#core/data';
import { afterAll, describe, expect, it } from 'vitest';
import { isBalanced } from '../../../../core/data/generators/brackets';
import { sequencesFromTable } from '../../../../core/data/sequence/from-table';

const folder = mkdtempSync(join(tmpdir(), 'basin-sequences-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const table = async (name: string, text: string): Promise<TableSource> => {
  writeFileSync(join(folder, name), text);
  return await openSource(join(folder, name)) as TableSource;
};
const specification = (changes: object) => dataSpecification.parse({ source: { path: 'x' }, split: { validation: 0.25, test: 0.25 }, ...changes });

describe('tables as sequences', () => {
  it('a row a step: grouped by id, ordered by time, short ones preceded by what is missing', async () => {
    const source = await table('long.csv', 'who,t,x,y,kind\nb,2,5,50,u\na,1,1,10,v\nb,1,4,40,u\na,2,2,20,v\na,3,3,30,v\n');
    const made = sequencesFromTable(source, { from: 'long', id: 'who', order: 't' }, 'kind');
    expect([made.count, made.steps, made.features]).toEqual([2, 3, ['x', 'y']]);
    expect([...made.values]).toEqual([1, 10, 2, 20, 3, 30, NaN, NaN, 4, 40, 5, 50]);
    const { target } = made;
    expect(target?.storage === 'text' && [...target.codes].map((code) => target.dictionary[code])).toEqual(['v', 'u']);
    const cut = sequencesFromTable(source, { from: 'long', id: 'who', order: 't', length: 2 }, undefined);
    expect([...cut.values]).toEqual([2, 20, 3, 30, 4, 40, 5, 50]);
  });

  it('one series: every window, its target the horizon ahead', async () => {
    const source = await table('series.csv', `v\n${Array.from({ length: 10 }, (_, i) => i * i).join('\n')}\n`);
    const made = sequencesFromTable(source, { from: 'window', length: 3, horizon: 2, stride: 1 }, 'v');
    expect(made.count).toBe(6);
    expect([...made.values.subarray(3, 6)]).toEqual([1, 4, 9]);
    expect(made.target?.storage === 'number' && [...made.target.values]).toEqual([16, 25, 36, 49, 64, 81]);
    expect(() => sequencesFromTable(source, { from: 'window', length: 10, horizon: 2, stride: 1 }, 'v')).toThrow('too few for windows');
  });

  it('a row a sequence: columns divide into steps', async () => {
    const source = await table('wide.csv', 'a1,b1,a2,b2,label\n1,2,3,4,x\n5,6,7,8,y\n9,1,2,3,x\n4,5,6,7,y\n');
    const made = sequencesFromTable(source, { from: 'wide', steps: 2 }, 'label');
    expect([made.count, made.steps, made.features]).toEqual([4, 2, ['a1', 'b1']]);
    expect([...made.values.subarray(4, 8)]).toEqual([5, 6, 7, 8]);
    expect(() => sequencesFromTable(source, { from: 'wide', steps: 3 }, 'label')).toThrow('do not divide into 3 steps');
  });

  it('are standardized over the training steps, missing ones at the mean, and new data alike', async () => {
    const rows = Array.from({ length: 40 }, (_, i) => `${Math.floor(i / 4)},${i % 4},${i % 7 === 0 ? '' : i},${Math.floor(i / 4) % 2 ? 'a' : 'b'}`);
    const source = await table('groups.csv', `id,t,x,y\n${rows.join('\n')}\n`);
    const data = await prepare(source, specification({ target: 'y', sequence: { from: 'long', id: 'id', order: 't' } }));
    expect([data.input, data.exampleShape, data.task]).toEqual(['sequence', [4, 1], 'classification']);
    const { mean, scale } = data.transform as { mean: number[]; scale: number[] };
    const raw = (row: number, step: number): number => 4 * row + step;
    data.train.rows.forEach((row, i) => {
      for (let step = 0; step < 4; step++) {
        const value = raw(row, step);
        expect(data.train.x[4 * i + step]).toBeCloseTo(value % 7 === 0 ? 0 : (value - mean[0]!) / scale[0]!, 5);
      }
    });
    const again = await applyTransform(data.transform, source);
    expect([...again.x.subarray(4 * data.train.rows[0]!, 4 * data.train.rows[0]! + 4)]).toEqual([...data.train.x.subarray(0, 4)]);
    expect(again.y).toBeDefined();
  });
});

describe('NumPy arrays of three dimensions', () => {
  it('are pictures, or sequences if chosen', async () => {
    const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (5, 4, 2), }`.padEnd(117) + '\n';
    const bytes = Buffer.concat([Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, 118, 0]), Buffer.from(header), Buffer.from(Float32Array.from({ length: 40 }, (_, i) => i).buffer)]);
    writeFileSync(join(folder, 'x.npy'), bytes);
    expect((await openSource(join(folder, 'x.npy'))).kind).toBe('images');
    const source = await openSource(join(folder, 'x.npy'), { arrays: 'sequences' }) as SequenceSource;
    expect([source.kind, source.count, source.steps, source.features]).toEqual(['sequences', 5, 4, ['x1', 'x2']]);
    const data = await prepare(source, specification({ task: 'reconstruction' }));
    expect([data.task, data.exampleShape]).toEqual(['reconstruction', [4, 2]]);
    expect(data.train.y).toBe(data.train.x);
  });
});

describe('generated sequences keep their law', () => {
  it('adding: the target is the sum of the marked numbers, one in each half', async () => {
    const { count, steps, values, target } = await generate({ use: 'adding', count: 200, steps: 11 }) as SequenceSource;
    for (let i = 0; i < count; i++) {
      const marks = Array.from({ length: steps }, (_, t) => t).filter((t) => values[2 * (i * steps + t) + 1] === 1);
      expect(marks).toHaveLength(2);
      expect(marks[0]).toBeLessThan(5);
      expect(marks[1]).toBeGreaterThanOrEqual(5);
      const sum = marks.reduce((total, t) => total + values[2 * (i * steps + t)]!, 0);
      expect(target?.storage === 'number' && target.values[i]).toBeCloseTo(sum, 6);
    }
  });

  it.each(['copy', 'reverse', 'sort'])('copying: %s of the word, asked for after the arrow only', async (task) => {
    const source = await generate({ use: 'copying', count: 50, task, length: 4 }) as SequenceSource;
    const { rows } = sequenceRows(source, 0, 50);
    for (const [read, asked] of rows as [string, string][]) {
      const word = read.split(' ').slice(0, 4);
      const answer = task === 'copy' ? word : task === 'reverse' ? [...word].reverse() : [...word].sort();
      expect(asked).toBe(['·', '·', '·', '·', ...answer].join(' '));
      expect(read.split(' ').slice(4)).toEqual(['→', ...answer.slice(0, 3)]);
    }
  });

  it('brackets: half are balanced, and the label says which', async () => {
    const { count, steps, values, target } = await generate({ use: 'brackets', count: 400, kinds: 3 }) as SequenceSource;
    const codes = target?.storage === 'text' ? target.codes : new Int32Array();
    for (let i = 0; i < count; i++) expect(codes[i]).toBe(isBalanced(values.subarray(i * steps, (i + 1) * steps)) ? 1 : 0);
    expect(codes.reduce((a, b) => a + b, 0)).toBe(200);
  });

  it.each([['add', (a: number, b: number) => a + b], ['multiply', (a: number, b: number) => a * b]])('modular arithmetic: every equation once (%s)', async (operation, of) => {
    const { count, values, target } = await generate({ use: 'modular-arithmetic', modulus: 11, operation }) as SequenceSource;
    expect(count).toBe(121);
    const seen = new Set<number>();
    for (let i = 0; i < count; i++) {
      const [a, , b] = values.subarray(4 * i, 4 * i + 4) as unknown as [number, number, number];
      seen.add(11 * a + b);
      expect(target?.storage === 'text' && target.dictionary[target.codes[i]!]).toBe(String(of(a, b) % 11));
    }
    expect(seen.size).toBe(121);
  });
});
