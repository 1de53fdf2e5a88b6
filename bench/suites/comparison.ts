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
    agree: (wanted, options) => agreementOf(named(wanted), options),
  };
}
