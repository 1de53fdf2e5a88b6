import type { PreparedDataset } from '#core/data';
import { UserError } from '#core/graph';
import { composeRun, type RunParts } from '../compose';
import { SpecificationMistake } from '../specification/mistake';
import { parsePlace, withValue } from '../specification/place';
import { populationMembers, type PopulationMember, type PopulationSpecification } from '../specification/population';
import type { RunSpecification } from '../specification/schema';

/** A population with its blocks built: one set of them for each combination of numbers. */
export interface PopulationParts {
  population: PopulationSpecification;
  combinations: RunParts[];
  members: PopulationMember[];
}

/** The specification of one member by itself: its seed and its numbers, no population. */
export function memberSpecification(specification: RunSpecification, { seed, values }: Pick<PopulationMember, 'seed' | 'values'>): RunSpecification {
  const { population: _, ...rest } = specification;
  return Object.entries(values).reduce<RunSpecification>((changed, [place, value]) => withValue(changed, parsePlace(place), value), { ...rest, seed });
}

/**
 * Builds the blocks of a population.
 *
 * @throws UserError naming the field, where specification and data do not fit or a varied number decides the network's shape
 */
export function composePopulation(specification: RunSpecification, data: PreparedDataset): PopulationParts {
  const { population } = specification;
  if (population === undefined) throw new Error('the specification has no population');
  const members = populationMembers(population, specification.seed);
  const firsts = members.filter(({ combination }, i) => i === 0 || members[i - 1]!.combination !== combination);
  const combinations = firsts.map((member) => composeMember(specification, member, data));
  const [reference] = combinations;
  const misfit = combinations.findIndex((parts) => !sameShape(parts, reference!));
  if (misfit >= 0) throw structural(specification, data, firsts[0]!, firsts[misfit]!);
  return { population, combinations, members };
}

function composeMember(specification: RunSpecification, member: PopulationMember, data: PreparedDataset): RunParts {
  try {
    return composeRun(memberSpecification(specification, member), data);
  } catch (error) {
    // Where every member fails alike, it is not the member that is wrong.
    if (!(error instanceof UserError) || Object.keys(member.values).length === 0) throw error;
    const own = Object.entries(member.values).map(([path, value]) => `${path} = ${value}`).join(', ');
    const issues = error instanceof SpecificationMistake ? error.issues : [{ path: [], message: error.message }];
    throw new SpecificationMistake('The specification', issues.map((issue) => ({ ...issue, message: `${issue.message} (member ${member.member}: ${own})` })), { code: error.code, cause: error });
  }
}

/** Whether two networks have the same parameters and buffers; optimizers' states may differ from program to program. */
function sameShape(a: RunParts, b: RunParts): boolean {
  const shapes = ({ model }: RunParts): string => JSON.stringify([model.parameters, model.buffers]
    .map((group) => Object.entries(group as Record<string, { shape: readonly number[] }>).map(([name, { shape }]) => [name, shape])));
  return shapes(a) === shapes(b);
}

/** Names the varied numbers that alone change the network's shape. */
function structural(specification: RunSpecification, data: PreparedDataset, base: PopulationMember, other: PopulationMember): UserError {
  const reference = composeMember(specification, base, data);
  const guilty = Object.keys(other.values).filter((path) => {
    const values = { ...base.values, [path]: other.values[path]! };
    return !sameShape(composeMember(specification, { ...base, values }, data), reference);
  });
  return new SpecificationMistake('The specification', guilty.map((path) => ({
    path: ['population', 'vary', path],
    message: `decides the shape of the network (${base.values[path]} and ${other.values[path]} differ in it): the members of a population share one shape`,
    hint: 'Start one run for each value.',
  })));
}
