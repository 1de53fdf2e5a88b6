import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '#core/graph';
import { computeSurfaceIn, openSurface, planeAround, progressOf, surfaceRecipeSchema, type Surface } from '#core/landscape';
import { z } from 'zod';
import type { OpenRun } from '../evaluation/open-run';
import { soundWeights } from '../evaluation/sound-weights';
import { evenly } from '../evenly';
import { examplesAtOnce } from '../examples-at-once';
import type { StoredWeights } from '../folder/checkpoints';
import { writeAtomically } from '../folder/atomic-write';
import { listKept } from '../folder/kept';
import { runPaths } from '../folder/paths';
import { holding, settled } from '../settled';
import { weightsFingerprint } from '../weights-fingerprint';
import { landscapeProblem } from './problem';
import type { SurfaceRequest } from './request';
import { curvatureOf, lockSurface, surfaceFolder, type NamedSurfaceEvent } from './run-surfaces';
import { hardestProgram, setUpSurface, type SurfaceSetup } from './setup';
import { pathOfSteps } from './training-path';

/** Which moments of training a series shows: every kept checkpoint, or so many evenly spaced over training. */
export type Moments = 'all' | number;

/** A point's progress in one slice of a series. */
export interface SeriesEvent {
  /** Name of the series' folder below the run's `surfaces`. */
  readonly id: string;
  /** Which slice, from 0, of all `steps`. */
  readonly slice: number;
  readonly steps: readonly number[];
  readonly event: NamedSurfaceEvent;
}

const seriesSchema = z.object({
  version: z.literal(1),
  /** The surface around the weights that the directions belong to. */
  recipe: surfaceRecipeSchema,
  steps: z.array(z.int().min(0)).min(1),
  /** Of a training that was followed: what was asked for. */
  followed: z.record(z.string(), z.unknown()).optional(),
});
type StoredSeries = z.infer<typeof seriesSchema>;

/** A time series: slices through successive checkpoints along the same directions. */
export interface SurfaceSeries {
  readonly id: string;
  readonly steps: readonly number[];
  /** In training order; those not begun yet are missing at the end. */
  readonly slices: readonly Surface[];
}

export interface SeriesListing {
  readonly id: string;
  readonly recipe: Surface['recipe'];
  readonly created: number;
  readonly steps: readonly number[];
  /** Slices whose every point is computed. */
  readonly done: number;
  /** Of a training that was followed: what was asked for. */
  readonly followed?: Readonly<Record<string, unknown>>;
}

/** Tells the folder of a series from that of a surface. */
const FILE = 'series.json';

const prefix = 'series-';
/** Before the name of a series that followed a training. */
export const followedPrefix = `${prefix}followed-`;

/** The name of the series along a surface's directions. */
export const seriesName = ({ id }: Pick<SurfaceSetup, 'id'>): string => `${prefix}${id}`;

/** Whether a surface's name is that of a series. */
export const isSeries = (id: string): boolean => id.startsWith(prefix);

/** Whether it is that of a series that followed a training. */
export const isFollowed = (id: string): boolean => id.startsWith(followedPrefix);

/**
 * Computes a series: the loss as a function of the weights does not change while a network trains, the network moves through it. So every slice
 * has a checkpoint at its centre, and all have the directions, the range and the examples of the requested surface. Slices that
 * are there, whole or in part, are continued; no point is computed twice.
 *
 * @throws UserError when the run kept fewer than two checkpoints
 */
export async function* computeRunSeries(opened: OpenRun, asked: SurfaceRequest, moments: Moments, options: { program: string; signal?: AbortSignal }): AsyncGenerator<SeriesEvent, void> {
  const { run, request } = settled(opened, asked);
  const setup = await setUpSurface(run, request, options);
  const steps = chooseSteps(run, request, moments);
  const id = seriesName(setup);
  const folder = run.paths.surface(id);
  const lock = lockSurface(run.paths.surfaces, id);
  try {
    writeSeries(folder, { version: 1, recipe: setup.recipe, steps });
    for (const [slice, step] of steps.entries()) {
      const path = run.trajectorySteps().filter((each) => each <= step);
      for await (const event of computeSlice(run, id, sliceAt(run, request, setup, soundWeights(run, step), path), options)) yield { id, slice, steps, event };
    }
  } finally {
    lock.release();
  }
}

export function writeSeries(folder: string, series: StoredSeries): void {
  mkdirSync(folder, { recursive: true });
  writeAtomically(join(folder, FILE), `${JSON.stringify(series, null, 2)}\n`);
}

/** Computes one slice into the folder of its series, or goes on with it. */
export async function* computeSlice(run: OpenRun, id: string, { problem, plane, recipe, checkpoints, otherPaths }: Slice, { signal }: { signal?: AbortSignal }): AsyncGenerator<NamedSurfaceEvent, void> {
  const folder = join(run.paths.surface(id), recipe.run.checkpoint!);
  for await (const event of computeSurfaceIn(folder, problem, plane, recipe, { ...run.compile, ...curvatureOf(recipe), ...(signal && { signal }), checkpoints, otherPaths })) yield { ...event, id };
}

type Slice = Omit<SurfaceSetup, 'id' | 'sources'>;

/**
 * The same surface around the weights of another step, along the directions of the first.
 *
 * @param path steps on the way there; what comes later is not known at that moment
 */
export function sliceAt(run: OpenRun, { split, perClass, quantities }: SurfaceRequest, { plane, recipe, otherPaths }: Pick<SurfaceSetup, 'plane' | 'recipe' | 'otherPaths'>, moment: StoredWeights, path: readonly number[]): Slice {
  const { step, tensors } = moment;
  const { subset, batchNorm } = recipe;
  const problem = landscapeProblem(run.parts, run.data, tensors, { split, subset, batchNorm, perClass, ...examplesAtOnce(run, batchNorm, hardestProgram({ quantities })) });
  const names = Object.keys(run.parts.model.parameters);
  // What comes later is not known at this moment, of other runs neither.
  const paths = {
    checkpoints: pathOfSteps(holding(run, moment), [...path.filter((each) => each !== step), step]),
    otherPaths: otherPaths.map((other) => ({ ...other, checkpoints: other.checkpoints.filter((checkpoint) => checkpoint.step <= step) })),
  };
  return {
    problem,
    plane: planeAround(plane, problem, paths),
    recipe: {
      ...recipe,
      run: { ...recipe.run, checkpoint: String(step), fingerprint: weightsFingerprint(names, tensors) },
      around: { checkpoint: recipe.run.checkpoint ?? 'last', fingerprint: recipe.run.fingerprint },
    },
    ...paths,
    checkpoints: plane.directions.length > 1 ? paths.checkpoints : [],
  };
}

export function chooseSteps(run: OpenRun, { checkpoint }: SurfaceRequest, moments: Moments): number[] {
  const last = run.weights(checkpoint).step;
  const kept = run.trajectorySteps().filter((step) => step <= last);
  if (kept.length < 2) {
    throw new UserError('surface.series.checkpoints', `The run kept ${kept.length} checkpoints up to step ${last}; a series over training needs two.`, {
      hint: 'Train with training.keepTrajectory, over more epochs or with a smaller training.checkpointEvery.',
    });
  }
  return moments === 'all' ? kept : evenly(kept, moments);
}

/** Whether every point is computed. */
export function isWhole(slice: Pick<Surface, 'recipe' | 'values'>): boolean {
  const { done, total } = progressOf(slice);
  return done === total;
}

/** Series of a run, newest first. */
export function listSeries(folder: string): Promise<SeriesListing[]> {
  const { surfaces, surface } = runPaths(folder);
  return listKept(surfaces, FILE, async (id) => {
    const { recipe, steps, followed } = readSeries(surface(id));
    const slices = await readSlices(surface(id), steps);
    return { id, recipe, steps, ...(followed && { followed }), done: slices.filter(isWhole).length, created: statSync(join(surface(id), FILE)).mtimeMs };
  });
}

/** @throws UserError when the run has no such series */
export async function openSeries(folder: string, id: string): Promise<SurfaceSeries> {
  const path = surfaceFolder(folder, id);
  const { steps } = readSeries(path);
  return { id, steps, slices: await readSlices(path, steps) };
}

export function removeSeries(folder: string, id: string): void {
  const path = surfaceFolder(folder, id);
  if (isSeries(id)) rmSync(path, { recursive: true, force: true });
}

/** Steps of the slices of a series, as far as there is one in this folder. */
export const storedSteps = (path: string): readonly number[] => (existsSync(join(path, FILE)) ? readSeries(path).steps : []);

/** The slices of a series that are begun, by their steps. */
export async function begunSlices(path: string, steps: readonly number[]): Promise<Map<number, Surface>> {
  const found = new Map<number, Surface>();
  for (const step of steps) if (existsSync(join(path, String(step), 'values.npy'))) found.set(step, await openSurface(join(path, String(step))));
  return found;
}

async function readSlices(path: string, steps: readonly number[]): Promise<Surface[]> {
  const begun = steps.findIndex((step) => !existsSync(join(path, String(step), 'values.npy')));
  const slices: Surface[] = [];
  for (const step of begun < 0 ? steps : steps.slice(0, begun)) slices.push(await openSurface(join(path, String(step))));
  return slices;
}

function readSeries(path: string): z.infer<typeof seriesSchema> {
  const file = join(path, FILE);
  const known = existsSync(file) ? seriesSchema.safeParse(parsed(readFileSync(file, 'utf8'))) : undefined;
  if (known?.success) return known.data;
  throw new UserError('surface.series.damaged', `${file} is not what a series' file holds.`, { hint: 'Delete the series and compute it again.', cause: known?.error });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // told as damaged by the schema
  }
}
