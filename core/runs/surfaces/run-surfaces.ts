import { mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '#core/graph';
import {
  computeSurfaceIn, isCurvatureQuantity, openSurface, progressOf, surfaceCurvatureSchema, type PointOptions, type Surface, type SurfaceEvent, type SurfaceRecipe,
} from '#core/landscape';
import type { OpenRun } from '../evaluation/open-run';
import { isKept, listKept } from '../folder/kept';
import { acquireLock } from '../folder/lock';
import { runPaths } from '../folder/paths';
import { writeDirections } from './direction-file';
import type { SurfaceRequest } from './request';
import { setUpSurface, type SurfaceSetup } from './setup';
import type { Preparation } from './sources';
import { told } from './told';

export interface SurfaceListing {
  id: string;
  recipe: SurfaceRecipe;
  /** Milliseconds since 1970. */
  created: number;
  done: number;
  total: number;
}

/** Of a surface that is computed into the folder of this name below the run's `surfaces`. */
export type NamedSurfaceEvent = SurfaceEvent & { id: string };

export type RunSurfaceEvent =
  | NamedSurfaceEvent
  /** Before the start, while directions are searched for. */
  | ({ kind: 'preparing' } & Preparation);

/**
 * Computes a surface into the run's folder, or goes on where an earlier attempt stopped. Ending the iteration or
 * aborting stops within a second and keeps what is known.
 */
export async function* computeRunSurface(
  run: OpenRun,
  request: SurfaceRequest,
  options: { program: string; signal?: AbortSignal },
): AsyncGenerator<RunSurfaceEvent, void> {
  const { id, problem, plane, recipe, checkpoints, otherPaths } = yield* setUpTold(run, request, options);
  const folder = run.paths.surface(id);
  const lock = lockSurface(run.paths.surfaces, id);
  try {
    const { signal } = options;
    for await (const event of computeSurfaceIn(folder, problem, plane, recipe, { ...run.compile, ...curvatureOf(recipe), ...(signal && { signal }), checkpoints, otherPaths })) {
      yield { ...event, id };
    }
  } finally {
    lock.release();
  }
}

/** Sets a surface up; what is done before the first point is told. */
export async function* setUpTold(run: OpenRun, request: SurfaceRequest, { program, signal: outer }: { program: string; signal?: AbortSignal }): AsyncGenerator<RunSurfaceEvent, SurfaceSetup> {
  const setup = told((onProgress: (news: Preparation) => void, signal) => setUpSurface(run, request, { program, signal, onProgress }), outer);
  try {
    for (;;) {
      const next = await setup.next();
      if (next.done) return next.value;
      yield { kind: 'preparing', ...next.value };
    }
  } finally {
    await setup.return(undefined as never);
  }
}

/** What is asked for besides the loss and the metrics. */
export const curvatureOf = ({ quantities, curvature }: SurfaceRecipe): Pick<PointOptions, 'curvature'> => {
  const asked = quantities.filter(isCurvatureQuantity);
  return asked.length === 0 ? {} : { curvature: { quantities: asked, settings: curvature ?? surfaceCurvatureSchema.parse({}) } };
};

/** One process at a time computes a surface. */
export function lockSurface(folder: string, id: string) {
  mkdirSync(folder, { recursive: true });
  return acquireLock(join(folder, `${id}.lock`), `surface "${id}"`);
}

/** The plane's directions as a safetensors file, from which `plane: 'vectors'` makes the same picture. */
export async function surfaceDirections(run: OpenRun, request: SurfaceRequest, options: { program: string; signal?: AbortSignal }): Promise<Uint8Array> {
  const { plane, problem } = await setUpSurface(run, request, options);
  return writeDirections({ directions: plane.directions }, problem.parameters);
}

/** Surfaces of a run, newest first; what is damaged is left out and told when it is opened. */
export function listSurfaces(folder: string): Promise<SurfaceListing[]> {
  const { surfaces, surface } = runPaths(folder);
  return listKept(surfaces, 'values.npy', async (id) => {
    const opened = await openSurface(surface(id));
    return { id, recipe: opened.recipe, created: statSync(join(surface(id), 'recipe.json')).mtimeMs, ...progressOf(opened) };
  });
}

/** @throws UserError when the run has no such surface */
export function openRunSurface(folder: string, id: string): Promise<Surface> {
  return openSurface(surfaceFolder(folder, id));
}

export function removeSurface(folder: string, id: string): void {
  rmSync(surfaceFolder(folder, id), { recursive: true, force: true });
}

/** @throws UserError when the run has nothing of this name */
export function surfaceFolder(folder: string, id: string): string {
  const { surfaces, surface } = runPaths(folder);
  if (!isKept(surfaces, id)) throw new UserError('surface.unknown', `The run has no surface "${id}".`);
  return surface(id);
}
