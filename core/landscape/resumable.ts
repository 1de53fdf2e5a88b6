import { existsSync } from 'node:fs';
import { mkdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { UserError } from '#core/graph';
import { assembleSurface, checkGrid, computeSurface, evaluateSurroundings, type SurfaceChunk } from './compute';
import { gridSize, pointCount } from './grid';
import { PointJournal } from './journal';
import type { Plane, PlaneSources } from './plane';
import { PointEvaluator, type PointOptions } from './point-evaluator';
import type { Checkpoint } from './principal';
import type { LandscapeProblem } from './problem';
import type { SurfaceRecipe } from './recipe';
import { openSurface, saveSurface, saveValues } from './store';
import { lowestPoints, progressOf, type Surface } from './surface';

export type SurfaceEvent =
  | { readonly kind: 'start'; readonly surface: Surface; readonly done: number; readonly total: number }
  | ({ readonly kind: 'points' } & SurfaceChunk)
  | { readonly kind: 'end'; readonly surface: Surface; readonly done: number; readonly total: number };

export interface ResumableOptions extends PointOptions {
  readonly signal?: AbortSignal;
  /** The checkpoints behind `plane.path` and `plane.otherPaths`: their true quantities are stored with the paths. */
  readonly checkpoints?: readonly Checkpoint[];
  readonly otherPaths?: PlaneSources['otherPaths'];
}

/**
 * Computes a surface into a folder: continues what an earlier attempt with the same recipe left there. Points are written down as they
 * are computed, before they are told, so that none is computed twice, even where the process was killed; only those that were on
 * their way then are lost. The values are written whole when it ends or is stopped.
 *
 * @throws UserError when the folder holds a surface of another recipe; the signal's reason when it is aborted
 */
export async function* computeSurfaceIn(folder: string, problem: LandscapeProblem, plane: Plane, recipe: SurfaceRecipe, options: ResumableOptions): AsyncGenerator<SurfaceEvent, void> {
  const total = pointCount(recipe.grid, recipe.adaptive);
  const size = gridSize(recipe.grid);
  let surface = existsSync(join(folder, 'recipe.json')) ? await continued(folder, recipe) : undefined;
  if (surface === undefined) await checkDisk(folder, 2 * size * recipe.quantities.length * Float64Array.BYTES_PER_ELEMENT);
  checkGrid(plane, recipe.grid, recipe.adaptive);
  const evaluator = PointEvaluator.create(problem, plane, options);
  try {
    if (surface === undefined) {
      const { centre, paths } = await evaluateSurroundings(problem, evaluatedPaths(plane, options), options);
      const values = Object.fromEntries(recipe.quantities.map((name) => [name, new Float64Array(size).fill(NaN)]));
      surface = assembleSurface(recipe, plane, values, { ...centre, ...(await evaluator.evaluateCentre(options)) }, paths);
      await saveSurface(folder, surface);
    }
    const values: Record<string, Float64Array> = { ...surface.values };
    // The caller keeps the values of the start; they must not change while the surface grows.
    yield { kind: 'start', surface: { ...surface, values: Object.fromEntries(Object.entries(values).map(([name, list]) => [name, list.slice()])) }, done: progressOf(surface).done, total };
    const journal = await PointJournal.open(folder, recipe.quantities);
    try {
      for await (const chunk of computeSurface(problem, plane, recipe.grid, { ...options, evaluator, values, ...(recipe.adaptive && { adaptive: recipe.adaptive }) })) {
        await journal.append(chunk.indices, chunk.values);
        yield { kind: 'points', ...chunk };
      }
    } finally {
      await journal.close();
      await saveValues(folder, { recipe, values });
      await journal.remove();
    }
    yield { kind: 'end', surface: { ...surface, values, minimum: lowestPoints(surface, values) }, done: total, total };
  } finally {
    await evaluator.dispose();
  }
}

/** The checkpoints at which the problem is evaluated besides the points, path by path: of the paths that lie in the plane. */
export const evaluatedPaths = ({ path }: Pick<Plane, 'path'>, { checkpoints, otherPaths = [] }: Pick<ResumableOptions, 'checkpoints' | 'otherPaths'>): (readonly Checkpoint[])[] =>
  path && checkpoints ? [checkpoints, ...otherPaths.map((other) => other.checkpoints)] : [];

/** Room for the values twice: the file that replaces another is whole before the other goes. */
async function checkDisk(folder: string, bytes: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize >= bytes) return;
  const megabytes = (count: number): string => Math.ceil(count / 1e6).toLocaleString('en');
  throw new UserError('landscape.disk', `the surface needs ${megabytes(bytes)} MB on the disk of ${folder}, which has ${megabytes(bavail * bsize)} MB left`, { hint: 'Use fewer points, or make room.' });
}

async function continued(folder: string, recipe: SurfaceRecipe): Promise<Surface> {
  const surface = await openSurface(folder);
  if (!isDeepStrictEqual(surface.recipe, recipe)) {
    throw new UserError('landscape.surface.other', `${folder} holds a surface of another recipe`, { hint: 'Choose another name, or delete that surface.' });
  }
  return surface;
}
