import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { exampleCount } from '#core/curvature';
import { estimateSurface, evaluatedPaths, openSurface, progressOf, type Surface, type SurfaceEstimate } from '#core/landscape';
import type { OpenRun } from '../evaluation/open-run';
import { statisticsOf } from './batch-norm';
import type { SurfaceRequest } from './request';
import { curvatureOf } from './run-surfaces';
import { timedSetup, WRITING } from '../timed-setup';
import { setUpEstimate, type SurfaceSetup } from './setup';

/** What a surface of a run would cost, and what its form has to know. */
export interface RunSurfaceEstimate extends SurfaceEstimate {
  /** Points that an earlier attempt has left. */
  readonly done: number;
  readonly examples: number;
  readonly quantities: string[];
  /** Whether the network has BatchNorm, and the task classes. */
  readonly batchNorm: boolean;
  readonly classes: boolean;
  /** What finding the directions takes at most, before the first point; absent where they need no search. */
  readonly preparationSeconds?: number;
}

/**
 * What a surface takes, from its plane to its files, measured on a part of the work; what an earlier attempt has left is no work.
 *
 * @throws UserError as `computeRunSurface` does
 */
export async function estimateRunSurface(run: OpenRun, request: SurfaceRequest, options: { program: string; signal?: AbortSignal }): Promise<RunSurfaceEstimate> {
  const { setup, seconds } = await timedSetup(() => setUpEstimate(run, request, options));
  const { problem, plane, recipe } = setup;
  const earlier = await earlierAttempt(run, setup);
  const estimate = await estimateSurface(problem, plane, recipe.grid, {
    ...estimateOptions(run, setup, options),
    ...(earlier && { values: earlier.values }),
    checkpoints: evaluatedPaths(plane, setup).reduce((sum, { length }) => sum + length, 0),
  });
  return {
    ...estimate,
    seconds: seconds + estimate.seconds + WRITING,
    done: earlier ? progressOf(earlier).done : 0,
    ...(await factsOf(run, setup)),
  };
}

export type EstimateSetup = Awaited<ReturnType<typeof setUpEstimate>>;

/** How the surface of a setup is computed. */
export const estimateOptions = (run: OpenRun, { recipe }: Pick<EstimateSetup, 'recipe'>, { signal }: { signal?: AbortSignal }) =>
  ({ ...run.compile, ...curvatureOf(recipe), ...(recipe.adaptive && { adaptive: recipe.adaptive }), ...(signal && { signal }) });

/** What a form has to know. */
export const factsOf = async (run: OpenRun, { problem, recipe, measureSearch }: EstimateSetup): Promise<Pick<RunSurfaceEstimate, 'examples' | 'quantities' | 'batchNorm' | 'classes' | 'preparationSeconds'>> => ({
  examples: exampleCount(problem),
  quantities: recipe.quantities,
  batchNorm: statisticsOf(run.parts.model).length > 0,
  classes: run.data.task === 'classification',
  ...(measureSearch && { preparationSeconds: await measureSearch() }),
});

/** What the same request has computed before. */
async function earlierAttempt(run: OpenRun, { id, recipe }: Pick<SurfaceSetup, 'id' | 'recipe'>): Promise<Surface | undefined> {
  const folder = run.paths.surface(id);
  if (!existsSync(join(folder, 'values.npy'))) return undefined;
  const surface = await openSurface(folder);
  return isDeepStrictEqual(surface.recipe, recipe) ? surface : undefined;
}
