import { describe, expect, it } from 'vitest';
import { composePopulation, memberSpecification, parseSpecification, planGroups, populationMembers, populationSchema, valuesOf } from '#core/runs';
import { loadDataset } from '#core/data';
import { small, smallSpecification, temporaryHome } from '../samples';

temporaryHome();

const mistake = (population: unknown, changes: Record<string, unknown> = {}): string => {
  try {
    parseSpecification(smallSpecification({ ...changes, population }));
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('it was taken');
};

describe('the population of a specification', () => {
  it('is a grid of values with every seed, or values in step', () => {
    const parse = (value: unknown) => populationSchema.parse(value);
    const vary = { 'optimizer.learningRate': [0.1, 0.2], 'optimizer.momentum': [0, 0.5] };
    const grid = populationMembers(parse({ seeds: 2, vary }), 7);
    expect(grid.map(({ seed, values, combination }) => [seed, ...Object.values(values), combination])).toEqual([
      [7, 0.1, 0, 0], [8, 0.1, 0, 0], [7, 0.1, 0.5, 1], [8, 0.1, 0.5, 1], [7, 0.2, 0, 2], [8, 0.2, 0, 2], [7, 0.2, 0.5, 3], [8, 0.2, 0.5, 3],
    ]);
    const zip = populationMembers(parse({ seeds: [5, 9], vary, combine: 'zip' }), 7);
    expect(zip.map(({ seed, values }) => [seed, ...Object.values(values)])).toEqual([[5, 0.1, 0], [9, 0.1, 0], [5, 0.2, 0.5], [9, 0.2, 0.5]]);
  });

  it('takes ranges whose ends are values', () => {
    expect(valuesOf({ linspace: { from: 0, to: 0.5, count: 3 } })).toEqual([0, 0.25, 0.5]);
    expect(valuesOf({ logspace: { from: 1e-4, to: 1, count: 5 } }).map((value) => Math.log10(value))).toEqual([-4, -3, -2, -1, 0].map((value) => expect.closeTo(value, 12) as number));
    expect(valuesOf({ logspace: { from: 1e-4, to: 1, count: 5 } }).at(-1)).toBe(1);
  });

  it('makes each member a specification of its own', () => {
    const specification = small({ regularizers: [{ use: 'l2' }], population: { seeds: 2, vary: { 'regularizers[0].strength': [0.5] } } });
    const { population: _, ...member } = memberSpecification(specification, { seed: 1, values: { 'regularizers[0].strength': 0.5 } });
    expect(member).toEqual(small({ regularizers: [{ use: 'l2', strength: 0.5 }], seed: 1 }));
  });

  it.each([
    ['a misspelt place', { vary: { 'optimizer.learnRate': [1] } }, 'population.vary["optimizer.learnRate"]: does not exist: optimizer has no "learnRate": did you mean "learningRate"?'],
    ['an entry that is not there', { vary: { 'regularizers[1].strength': [1] } }, 'does not exist: regularizers has 0 entries, counted from 0'],
    ['what is no number', { vary: { 'optimizer.use': [1] } }, 'is no number: "sgd"'],
    ['what all share', { vary: { 'training.epochs': [1, 2] } }, 'cannot differ between members: the members take their steps together'],
    ['the data', { vary: { 'data.split.seed': [1, 2] } }, 'cannot differ between members: the members learn from the same data'],
    ['the seed', { vary: { seed: [1, 2] } }, 'cannot differ between members: give population.seeds instead'],
    ['a value out of range', { vary: { 'optimizer.learningRate': [0.1, -1] } }, 'population.vary["optimizer.learningRate"][1]: must be above 0, got -1'],
    ['lists of different lengths', { combine: 'zip', vary: { 'optimizer.learningRate': [0.1], 'optimizer.momentum': [0.1, 0.2] } }, 'zip takes lists of one length: optimizer.learningRate has 1 values, optimizer.momentum has 2'],
    ['a seed that is named twice', { seeds: [1, 1] }, 'names a seed twice'],
    ['too many', { seeds: 60_000, vary: { 'optimizer.learningRate': [0.1, 0.2] } }, 'makes 120000 members: at most 65536'],
    ['a list of something else', { vary: { 'optimizer.learningRate': 'low' } }, 'must be a list or an object, got "low"'],
  ])('refuses %s', (_, population, message) => {
    expect(mistake(population)).toContain(message);
  });

  it('refuses a population that is not trained', () => {
    const training = { ...(smallSpecification({}) as { training: object }).training, epochs: 0 };
    expect(mistake({ seeds: 2 }, { training })).toContain('training.epochs: a population is trained for at least 1 epoch');
  });

  it('refuses numbers that decide the shape of the network, and none that do not', async () => {
    const compose = async (changes: Record<string, unknown>) => {
      const specification = small(changes);
      return composePopulation(specification, await loadDataset(specification.data));
    };
    const vary = { 'model.widths[1]': [8, 16], 'optimizer.learningRate': [0.1, 0.2] };
    await expect(compose({ population: { vary } })).rejects.toThrow('population.vary["model.widths[1]"]: decides the shape');
    await expect(compose({ population: { vary } })).rejects.not.toThrow('learningRate"]');
    expect((await compose({ population: { vary: { 'model.dropout': [0.1, 0.5] } } })).combinations).toHaveLength(2);
  });

  it('groups by program, by size and by memory', async () => {
    const groups = async (population: unknown, memory?: number): Promise<number[][]> => {
      const specification = small({ population });
      return planGroups(composePopulation(specification, await loadDataset(specification.data)), memory);
    };
    // A decay of 0 is a step without decay: another program.
    expect(await groups({ seeds: 2, vary: { 'optimizer.weightDecay': [0, 1e-3, 1e-2] } })).toEqual([[0, 1], [2, 3, 4, 5]]);
    // A momentum of 0 keeps no velocity.
    expect(await groups({ vary: { 'optimizer.momentum': [0.5, 0, 0.9] } })).toEqual([[0, 2], [1]]);
    expect(await groups({ seeds: 5, groupSize: 2 })).toEqual([[0, 1], [2, 3], [4]]);
    const few = await groups({ seeds: 50 }, 2 ** 22);
    expect(few.length).toBeGreaterThan(1);
    expect(few.flat()).toEqual(Array.from({ length: 50 }, (_, i) => i));
  });
});
