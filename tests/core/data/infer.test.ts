import { profileColumn, proposeTarget, proposeTask } from '#core/data';
import { describe, expect, it } from 'vitest';
import { cycle, table } from './table';

const profiles = (columns: Parameters<typeof table>[0]) => table(columns).columns.map(profileColumn);

describe('kinds of columns', () => {
  const n = 200;
  const found = profiles({
    weight: Array.from({ length: n }, (_, i) => Math.sin(i) * 10),
    colour: cycle(['red', 'green', 'blue'], n),
    smoker: cycle([true, false], n),
    row: Array.from({ length: n }, (_, i) => 100 + i),
    patient_id: Array.from({ length: n }, (_, i) => (i * 7919) % 100_003),
    code: Array.from({ length: n }, (_, i) => `x${i}`),
    remark: Array.from({ length: n }, (_, i) => `seen on day ${i} again`),
    same: cycle([4], n),
    nothing: cycle([null], n) as null[],
  });
  const by = Object.fromEntries(found.map((profile) => [profile.name, profile]));

  it('tells numbers, categories, booleans, identifiers and text apart', () => {
    expect(Object.fromEntries(found.map(({ name, kind }) => [name, kind]))).toMatchObject({
      weight: 'number', colour: 'category', smoker: 'boolean', row: 'id', patient_id: 'id', code: 'id', remark: 'text',
    });
  });

  it('says why a column stays out', () => {
    expect(by.weight!.keptOut).toBeUndefined();
    expect(by.row!.keptOut).toMatch(/identifier/);
    expect(by.remark!.keptOut).toBe('free text: 200 different values in 200 rows');
    expect(by.same!.keptOut).toBe('the same value in every row');
    expect(by.nothing!.keptOut).toBe('every cell is missing');
  });

  it('measures numbers', () => {
    const [profile] = profiles({ v: [1, 2, 3, 4, 100, null, Infinity] });
    expect(profile).toMatchObject({ missing: 2, infinite: 1, distinct: 5 });
    expect(profile!.numbers).toMatchObject({ minimum: 1, maximum: 100, mean: 22, quartiles: [2, 3, 4], integer: true });
    expect(profile!.numbers!.deviation).toBeCloseTo(Math.sqrt(((21 ** 2) + 20 ** 2 + 19 ** 2 + 18 ** 2 + 78 ** 2) / 5), 12);
    expect(profile!.histogram.counts.reduce((a, b) => a + b)).toBe(5);
  });

  it('counts the commonest names and sums up the rest', () => {
    const [profile] = profiles({ w: [...cycle(['a'], 10), ...Array.from({ length: 30 }, (_, i) => `w${i}`)] });
    expect(profile!.histogram.labels).toHaveLength(21);
    expect(profile!.histogram.labels.at(-1)).toBe('other');
    expect(profile!.histogram.counts.reduce((a, b) => a + b)).toBe(40);
  });
});

describe('proposals', () => {
  it('finds the target by name wherever it stands', () => {
    const n = 50;
    const proposal = proposeTarget(profiles({ species: cycle(['a', 'b'], n), island: cycle(['x', 'y', 'z'], n), mass: Array.from({ length: n }, (_, i) => i * 1.5) }));
    expect(proposal).toMatchObject({ target: 'species', task: 'classification' });
  });

  it('takes the last column of names, else the last column', () => {
    const n = 60;
    const numbers = Array.from({ length: n }, (_, i) => Math.cos(i));
    expect(proposeTarget(profiles({ kind: cycle(['a', 'b'], n), size: numbers }))!.target).toBe('kind');
    expect(proposeTarget(profiles({ a: numbers, b: numbers }))).toMatchObject({ target: 'b', task: 'regression' });
  });

  it('reads few whole numbers as classes and many as amounts', () => {
    expect(proposeTask(profiles({ digit: cycle([0, 1, 2, 3], 100) })[0]!).task).toBe('classification');
    expect(proposeTask(profiles({ price: Array.from({ length: 100 }, (_, i) => i * 3) })[0]!).task).toBe('regression');
  });
});
