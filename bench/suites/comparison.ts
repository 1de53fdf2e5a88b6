import type { Case, Measure } from '../frame/case';
import { type Agreement, agreementOf, compareCase, type CompareOptions } from '../frame/compare';
import type { Result } from '../frame/record';

/** A suite: named cases, run one by one. */
export interface Suite {
  readonly name: string;
  readonly cases: readonly string[];
  run(name: string, options: CompareOptions): Promise<Result[]>;
}

/** A suite whose cases can also be computed without being timed. */
export interface Comparison extends Suite {
  agree(name: string, options: CompareOptions): Promise<Agreement>;
}

/** A suite whose cases Basin and its peers do by turns. */
export function comparison(name: string, cases: readonly Case[], measure: Measure): Comparison {
  const named = (wanted: string): Case => cases.find((c) => c.name === wanted)!;
  return {
    name,
    cases: cases.map((c) => c.name),
    run: async (wanted, options) => [await compareCase(name, named(wanted), measure, options)],
    agree: (wanted, options) => agreementOf(reduced(named(wanted)), options),
  };
}

/** Examples of a case that a software adapter can compute in minutes: a smaller batch, or one batch of the data set. */
const REDUCED = { step: 8, population: 4, surface: 500, eigen: 1000 } as const;
const REDUCED_LANCZOS = 4;

/** The same case with fewer examples; its title says how many. */
function reduced(c: Case): Case {
  const { kind } = c.work;
  if (kind !== 'step' && kind !== 'population' && kind !== 'surface' && kind !== 'eigen') return c;
  const examples = Math.min(c.examples, REDUCED[kind]);
  const work = c.work.kind === 'eigen' ? { ...c.work, steps: REDUCED_LANCZOS } : c.work;
  return { ...c, examples, work, title: `${c.title} (here: ${examples} examples${kind === 'eigen' ? `, ${REDUCED_LANCZOS} steps` : ''})` };
}
