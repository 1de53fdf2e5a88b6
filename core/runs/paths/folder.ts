import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { UserError } from '#core/graph';
import { barriersOf, decodeNpy, encodeNpy, knownPoints, pathRecipeSchema, type PathRecipe, type PathResult, type PathState, type Weights } from '#core/landscape';
import { readSafetensors, writeSafetensors } from '#core/nn';
import { z } from 'zod';
import { writeAtomically } from '../folder/atomic-write';
import { readWeights } from '../folder/checkpoints';
import { listKept } from '../folder/kept';
import { runPaths } from '../folder/paths';
import { readJson } from '../home';
import { floatsOf } from '../surfaces/weights';
import { pathFiles, pathFolder } from './files';

const alignmentSchema = z.object({
  distanceBefore: z.number(), distanceAfter: z.number(), passes: z.int(), groups: z.int(), kept: z.array(z.object({ name: z.string(), op: z.string() })),
});

const summarySchema = z.object({
  straight: z.number(),
  steps: z.object({ done: z.int(), total: z.int() }),
  inner: z.int(),
  alignment: alignmentSchema.optional(),
});

/** Writes what is known of a path. Every file is replaced whole or not at all. */
export function savePath(folder: string, result: PathResult): void {
  const files = pathFiles(folder);
  const { recipe, t, distance, straight, steps, inner, alignment, values } = result;
  mkdirSync(files.points, { recursive: true });
  writeAtomically(files.recipe, `${JSON.stringify(recipe, null, 2)}\n`);
  writeAtomically(files.curve, encodeNpy(Float64Array.from([t, distance, ...columns(recipe).map(([split, quantity]) => values[split]![quantity]!)].flatMap((list) => Array.from(list))), [2 + columns(recipe).length, t.length]));
  const barriers = barriersOf(result);
  writeAtomically(files.summary, `${JSON.stringify({ straight, length: distance.at(-1), steps, inner, alignment, barriers }, (_, value: unknown) => (value === Infinity ? 'inf' : value), 2)}\n`);
}

/** The rows of `curve.npy` behind t and distance. */
const columns = ({ splits, quantities }: PathRecipe): [string, string][] => splits.flatMap((split) => quantities.map((quantity): [string, string] => [split, quantity]));

/** @throws UserError when a file is missing or does not fit the others */
export function openPath(folder: string): PathResult {
  const files = pathFiles(folder);
  const recipe = parsed(files.recipe, pathRecipeSchema);
  const summary = parsed(files.summary, summarySchema);
  const { points } = recipe;
  const rows = columns(recipe);
  const data = existsSync(files.curve) ? decodeNpy(readFileSync(files.curve)) : undefined;
  if (data?.length !== (2 + rows.length) * points) throw damaged(files.curve);
  const row = (at: number): Float64Array => data.slice(at * points, (at + 1) * points);
  const values: Record<string, Record<string, Float64Array>> = {};
  rows.forEach(([split, quantity], at) => ((values[split] ??= {})[quantity] = row(2 + at)));
  const { straight, steps, inner, alignment } = summary;
  return { recipe, t: row(0), distance: row(1), straight, values, steps, inner, ...(alignment && { alignment }) };
}

function parsed<T>(path: string, schema: z.ZodType<T>): T {
  const found = schema.safeParse(readJson(path));
  if (found.success) return found.data;
  throw damaged(path);
}

const damaged = (path: string): UserError =>
  new UserError('path.damaged', `${path} is not what a path's file holds.`, { hint: 'Remove the path and compute it again.' });

/** The named parameters of a path's trained points, in order from its start; none for a line. */
export const readInner = (folder: string, { inner }: Pick<PathResult, 'inner'>, names: readonly string[]): Weights[] =>
  Array.from({ length: inner }, (_, i) => floatsOf(readWeights(pathFiles(folder).point(i + 1)).tensors, names));

/** Writes what a training goes on from. */
export function saveState(folder: string, { step, weights, numbers }: PathState): void {
  const tensors = Object.entries(weights).flatMap(([group, parameters]) => Object.entries(parameters).map(([name, data]) => [`${group}/${name}`, { shape: [data.length], data }] as const));
  writeAtomically(pathFiles(folder).state, writeSafetensors(Object.fromEntries(tensors), { step: String(step), numbers: JSON.stringify(numbers) }));
}

/** What an earlier attempt left; a state that a power cut damaged is as none. */
export function readState(folder: string): PathState | undefined {
  const { state } = pathFiles(folder);
  if (!existsSync(state)) return undefined;
  try {
    const { tensors, metadata } = readSafetensors(readFileSync(state), state);
    const weights: Record<string, Record<string, Float32Array>> = {};
    for (const [name, { data }] of Object.entries(tensors)) {
      const [group = '', own = ''] = [name.slice(0, name.indexOf('/')), name.slice(name.indexOf('/') + 1)];
      (weights[group] ??= {})[own] = data as Float32Array;
    }
    return { step: Number(metadata['step']), weights, numbers: JSON.parse(metadata['numbers'] ?? '{}') as Record<string, number[]> };
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

export interface PathListing {
  id: string;
  recipe: PathRecipe;
  /** Milliseconds since 1970. */
  created: number;
  /** Whether every place is evaluated. */
  complete: boolean;
  result: PathResult;
}

/** Paths of a run, newest first; what is damaged is left out and told when it is opened. */
export function listPaths(run: string): Promise<PathListing[]> {
  const { paths, path } = runPaths(run);
  return listKept(paths, 'summary.json', (id) => {
    const result = openPath(path(id));
    return { id, recipe: result.recipe, created: statSync(pathFiles(path(id)).recipe).mtimeMs, complete: knownPoints(result) === result.t.length, result };
  });
}

export const openRunPath = (run: string, id: string): PathResult => openPath(pathFolder(run, id));

export const removePath = (run: string, id: string): void => rmSync(pathFolder(run, id), { recursive: true, force: true });
