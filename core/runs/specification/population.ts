import { strictObject } from '#core/graph';
import { z } from 'zod';

const most = 65_536;
const count = z.int().min(2).max(most).describe('How many values, both ends included.');

const evenly = strictObject({
  linspace: strictObject({ from: z.number(), to: z.number(), count }),
}).meta({ title: 'Evenly spaced' });

const byRatio = strictObject({
  logspace: strictObject({ from: z.number().positive(), to: z.number().positive(), count }),
}).meta({ title: 'Evenly spaced on a logarithmic axis' });

const values = z.union([z.array(z.number()).min(1).max(most), evenly, byRatio], {
  error: 'needs a list of numbers, { "linspace": { "from", "to", "count" } } or { "logspace": { "from", "to", "count" } }',
});
export type VariedValues = z.infer<typeof values>;

/** Many networks of one specification, trained in one program. */
export const populationSchema = strictObject({
  seeds: z.union([z.int().min(1).max(most), z.array(z.int().min(0).max(2 ** 31 - 1)).min(1).max(most)]).default(1)
    .describe('How many seeds, counted from the run\'s own; or a list of them. A seed draws first weights, dropout and augmentation.')
    .meta({ label: 'Seeds' }),
  vary: z.record(z.string().min(1), values).default({})
    .describe('Numbers of this specification that differ between members, by their place: "optimizer.learningRate": [0.01, 0.1].')
    .meta({ label: 'Vary' }),
  combine: z.enum(['grid', 'zip']).default('grid')
    .describe('Grid: every value of one with every value of the others. Zip: the first ones together, then the second ones.').meta({ label: 'Combine' }),
  dataOrder: z.enum(['shared', 'own']).default('shared')
    .describe('Shared: all members see the same batches, which is faster. Own: each shuffles by its seed, as it would alone.').meta({ label: 'Data order' }),
  groupSize: z.int().min(1).max(most).nullable().default(null)
    .describe('Members trained in one program; groups run one after another. Empty: as many as memory allows.')
    .meta({ label: 'Group size', unit: 'members', advanced: true }),
}).meta({ title: 'Population' });

export type PopulationSpecification = z.infer<typeof populationSchema>;

/** The numbers that a list or a range stands for. */
export function valuesOf(varied: VariedValues): number[] {
  if (Array.isArray(varied)) return varied;
  if ('linspace' in varied) {
    const { from, to, count: n } = varied.linspace;
    return Array.from({ length: n }, (_, i) => (i === n - 1 ? to : from + ((to - from) * i) / (n - 1)));
  }
  const { from, to, count: n } = varied.logspace;
  return Array.from({ length: n }, (_, i) => (i === 0 ? from : i === n - 1 ? to : from * (to / from) ** (i / (n - 1))));
}

/** One network of a population. */
export interface PopulationMember {
  member: number;
  seed: number;
  /** Which combination of values it has: members of one combination differ in the seed alone. */
  combination: number;
  /** Its own numbers by their place in the specification. */
  values: Record<string, number>;
}

/** The members: for each combination of values, one a seed. Numbered from 0. */
export function populationMembers({ seeds, vary, combine }: PopulationSpecification, firstSeed: number): PopulationMember[] {
  const list = typeof seeds === 'number' ? Array.from({ length: seeds }, (_, i) => firstSeed + i) : seeds;
  return combinationsOf(vary, combine).flatMap((combination, place) =>
    list.map((seed, i): PopulationMember => ({ member: place * list.length + i, seed, combination: place, values: combination })));
}

/** How many members there are, without making them. */
export function populationSize({ seeds, vary, combine }: PopulationSpecification): number {
  const lengths = Object.values(vary).map((varied) => valuesOf(varied).length);
  const combinations = combine === 'zip' ? (lengths[0] ?? 1) : lengths.reduce((a, b) => a * b, 1);
  return combinations * (typeof seeds === 'number' ? seeds : seeds.length);
}

function combinationsOf(vary: PopulationSpecification['vary'], combine: 'grid' | 'zip'): Record<string, number>[] {
  const lists = Object.entries(vary).map(([path, varied]) => ({ path, values: valuesOf(varied) }));
  if (combine === 'zip' && lists.length > 0) {
    return lists[0]!.values.map((_, i) => Object.fromEntries(lists.map(({ path, values: own }) => [path, own[i]!])));
  }
  return lists.reduce<Record<string, number>[]>(
    (all, { path, values: own }) => all.flatMap((before) => own.map((value) => ({ ...before, [path]: value }))),
    [{}],
  );
}

export const mostMembers = most;
