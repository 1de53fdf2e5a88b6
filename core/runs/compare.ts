import { currentState, type RunFile, type RunState } from './folder/run-file';
import type { FoundRun } from './registry';
import { lastMeasures, readMeasures } from './measures/read';
import { spreadOf } from './population/summary';
import { pathInWords } from './specification/issues';

export interface Comparison {
  runs: { id: string; name: string; folder: string; state: RunState }[];
  /** Fields of the specification that are not the same in all runs, one value a run; `undefined` where a run lacks it. */
  differences: { path: string; values: unknown[] }[];
  /** Losses and metrics of the finished runs, `test.accuracy`, and what was last measured of the weights, `measured.hessian-top`; means of a population; null where a run has none. */
  figures: { name: string; values: (number | null)[] }[];
}

/** What differs between runs, and how each ended. */
export function compareRuns(found: readonly FoundRun[]): Comparison {
  const flat = found.map(({ file }) => flatten(file.specification));
  const fields = [...new Set(flat.flatMap((each) => [...each.keys()]))];
  const differences = fields
    .map((path) => ({ path, values: flat.map((each) => each.get(path)) }))
    .filter(({ values }) => new Set(values.map((value) => JSON.stringify(value))).size > 1);
  const results = found.map(({ file, folder }) =>
    new Map([...Object.entries(file.results?.parts ?? meansOf(file)).flatMap(([part, scores]) => Object.entries(scores).map(([name, value]): [string, number | null] => [`${part}.${name}`, value])), ...lastMeans(folder)]));
  const figures = [...new Set(results.flatMap((each) => [...each.keys()]))].map((name) => ({ name, values: results.map((each) => each.get(name) ?? null) }));
  return {
    runs: found.map(({ id, folder, file }) => ({ id, name: file.name, folder, state: currentState(folder, file) })),
    differences,
    figures,
  };
}

/** What a run last measured of its weights; of a population, the means over its members. */
function lastMeans(folder: string): [string, number | null][] {
  const last = lastMeasures(readMeasures(folder));
  return [...new Set(last.map(({ name }) => name))].map((name) =>
    [`measured.${name}`, spreadOf(last.filter((each) => each.name === name).map(({ value }) => value))?.mean ?? null]);
}

/** Of a population: the mean over its members. */
const meansOf = ({ population }: RunFile): Record<string, Record<string, number>> => Object.fromEntries(Object.entries(population?.summary ?? {}).map(([part, figures]) =>
  [part, Object.fromEntries(Object.entries(figures).map(([name, { mean }]) => [name, mean]))]));

/** Every leaf of a specification under its path. */
function flatten(value: unknown, path: (string | number)[] = [], into = new Map<string, unknown>()): Map<string, unknown> {
  if (typeof value === 'object' && value !== null && !(Array.isArray(value) && value.every((each) => typeof each !== 'object'))) {
    for (const [name, child] of Object.entries(value)) flatten(child, [...path, Array.isArray(value) ? Number(name) : name], into);
  } else {
    into.set(pathInWords(path), value);
  }
  return into;
}
