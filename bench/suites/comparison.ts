import type { Case, Measure } from '../frame/case';
import { compareCase, type CompareOptions } from '../frame/compare';
import type { Result } from '../frame/record';

/** A suite: named cases, run one by one. */
export interface Suite {
  readonly name: string;
  readonly cases: readonly string[];
  run(name: string, options: CompareOptions): Promise<Result[]>;
}

/** A suite whose cases Basin and its peers do by turns. */
export function comparison(name: string, cases: readonly Case[], measure: Measure): Suite {
  return {
    name,
    cases: cases.map((c) => c.name),
    run: async (wanted, options) => [await compareCase(name, cases.find((c) => c.name === wanted)!, measure, options)],
  };
}
