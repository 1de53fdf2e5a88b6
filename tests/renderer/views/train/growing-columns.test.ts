import { describe, expect, it } from 'vitest';
import { GrowingColumns } from '../../../../renderer/views/train/growing-columns';

const f = (...values: number[]) => Float64Array.from(values);

describe('growing columns', () => {
  it('hold all that was added, however it was portioned', () => {
    const columns = new GrowingColumns('step');
    for (let i = 0; i < 1000; i++) columns.append({ step: f(i), loss: f(i / 2) });
    expect(columns.length).toBe(1000);
    expect([...columns.get('loss')]).toEqual(Array.from({ length: 1000 }, (_, i) => i / 2));
  });

  it('replace the rows that a resumed run repeats', () => {
    const columns = new GrowingColumns('step');
    columns.append({ step: f(1, 2, 3, 4), loss: f(9, 8, 7, 6) });
    columns.append({ step: f(3, 4, 5), loss: f(70, 60, 50) });
    expect([...columns.get('step')]).toEqual([1, 2, 3, 4, 5]);
    expect([...columns.get('loss')]).toEqual([9, 8, 70, 60, 50]);
  });

  it('are not measured where a column was absent', () => {
    const columns = new GrowingColumns('epoch');
    columns.append({ epoch: f(1, 2), a: f(1, 1) });
    columns.append({ epoch: f(3), b: f(5) });
    columns.append({ epoch: f(4), a: f(4), b: f(6) });
    expect([...columns.get('a')]).toEqual([1, 1, Number.NaN, 4]);
    expect([...columns.get('b')]).toEqual([Number.NaN, Number.NaN, 5, 6]);
  });

  it('take nothing from an empty addition', () => {
    const columns = new GrowingColumns('step');
    columns.append({ step: f(1), loss: f(2) });
    columns.append({ step: f(), loss: f() });
    expect(columns.length).toBe(1);
    expect(columns.get('unknown')).toHaveLength(0);
  });
});
