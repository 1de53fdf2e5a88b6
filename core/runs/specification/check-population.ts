import type { z } from 'zod';
import { describeIssues } from './issues';
import { lookUp, parsePlace, withValue } from './place';
import { mostMembers, populationSize, valuesOf, type PopulationSpecification } from './population';

/** What all members of a population have in common, and why. */
const common: Record<string, string> = {
  data: 'the members learn from the same data',
  seed: 'give population.seeds instead',
  measure: 'it is no number of the training',
  name: 'it is no number of the training',
  description: 'it is no number of the training',
  device: 'the members are computed together',
  basin: 'it is no number of the training',
  population: 'a population cannot vary itself',
  'training.epochs': 'the members take their steps together',
  'training.batchSize': 'the members take their steps together',
  'training.checkpointEvery': 'the members are saved together',
};

interface Issue {
  path: (string | number)[];
  message: string;
}

/**
 * What is wrong with a population: places that do not exist, that are no numbers, that members cannot differ in, and values that
 * a place does not take.
 *
 * @param specification parsed, every default filled in
 * @param schema of a specification without a population
 */
export function populationIssues(specification: Record<string, unknown>, { vary, combine, seeds, ...rest }: PopulationSpecification, schema: z.ZodType): Issue[] {
  const issues = Object.entries(vary).flatMap(([text, varied]) => placeIssues(specification, text, valuesOf(varied), schema));
  const lengths = Object.entries(vary).map(([path, varied]) => ({ path, length: valuesOf(varied).length }));
  const [first, ...others] = lengths;
  const uneven = combine === 'zip' && first ? others.find(({ length }) => length !== first.length) : undefined;
  if (uneven) {
    issues.push({ path: ['population', 'combine'], message: `zip takes lists of one length: ${first!.path} has ${first!.length} values, ${uneven.path} has ${uneven.length}` });
  }
  const size = populationSize({ vary, combine, seeds, ...rest });
  if (size > mostMembers) issues.push({ path: ['population'], message: `makes ${size} members: at most ${mostMembers}` });
  if (Array.isArray(seeds) && new Set(seeds).size < seeds.length) issues.push({ path: ['population', 'seeds'], message: 'names a seed twice' });
  const epochs = lookUp(specification, ['training', 'epochs']);
  if ('value' in epochs && epochs.value === 0) issues.push({ path: ['training', 'epochs'], message: 'a population is trained for at least 1 epoch' });
  return issues;
}

function placeIssues(specification: Record<string, unknown>, text: string, values: number[], schema: z.ZodType): Issue[] {
  const path = ['population', 'vary', text];
  const place = parsePlace(text);
  const shared = common[String(place[0])] ?? common[place.join('.')];
  if (shared !== undefined) return [{ path, message: `cannot differ between members: ${shared}` }];
  const found = lookUp(specification, place);
  if ('mistake' in found) return [{ path, message: found.mistake }];
  // A number that may be left empty stands as null.
  if (typeof found.value !== 'number' && found.value !== null) return [{ path, message: `is no number: ${short(found.value)}` }];
  return values.flatMap((value, i) => {
    const parsed = schema.safeParse(withValue(specification, place, value));
    if (parsed.success) return [];
    return describeIssues(parsed.error, withValue(specification, place, value)).slice(0, 1).map(({ message }) => ({ path: [...path, i], message }));
  });
}

function short(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 40 ? `${text.slice(0, 37)}...` : text;
}
