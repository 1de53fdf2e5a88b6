import { existsSync } from 'node:fs';
import { UserError } from '#core/graph';
import { makePlane, openSurface, trustChecks, type LandscapeProblem, type TrustCheck } from '#core/landscape';
import type { OpenRun } from '../evaluation/open-run';
import { statisticsOf, type BatchNormMode } from './batch-norm';
import { landscapeProblem } from './problem';
import type { SurfaceRequest } from './request';
import { setUpSurface } from './setup';

/** Batches that the examples are cut into, so that they can be drawn again. */
const BATCHES = 24;

/**
 * Whether the computed surface of this request can be trusted.
 *
 * @throws UserError when it was not computed yet
 */
export async function checkRunSurface(run: OpenRun, request: SurfaceRequest, options: { program: string; signal?: AbortSignal }): Promise<TrustCheck[]> {
  const { id, plane, recipe, sources } = await setUpSurface(run, request, options);
  const folder = run.paths.surface(id);
  if (!existsSync(folder)) throw new UserError('surface.unknown', 'This surface was not computed yet.', { hint: 'Compute it first.' });
  const surface = await openSurface(folder);
  const { tensors } = run.weights(request.checkpoint);
  const { subset, batchNorm } = recipe;
  const problem = (mode: BatchNormMode) => landscapeProblem(run.parts, run.data, tensors, { split: request.split, subset, batchNorm: mode, leastBatches: BATCHES });
  const own = problem(batchNorm);
  const { plane: kind } = recipe;
  return trustChecks({
    ...run.compile,
    surface,
    plane,
    problem: own,
    ...(statisticsOf(run.parts.model).length > 0 && otherMode(batchNorm, problem)),
    ...((kind.kind === 'random' || kind.kind === 'gradient' || kind.kind === 'ascent') && { fresh: (seed: number) => makePlane(own, { ...kind, seed: kind.seed + seed }, sources) }),
    ...(options.signal && { signal: options.signal }),
  });
}

/** The picture's statistics are held against each batch's own; where these are the picture's, against the stored ones. */
function otherMode(mode: BatchNormMode, problem: (mode: BatchNormMode) => LandscapeProblem) {
  const other = mode === 'batch' ? 'evaluation' : 'batch';
  return { otherMode: { problem: problem(other), compared: `With ${statisticsNames[other]} instead of ${statisticsNames[mode]}` } };
}

const statisticsNames: Readonly<Record<BatchNormMode, string>> = {
  evaluation: 'the stored statistics',
  batch: 'the statistics of each batch',
  recalibrated: 'those taken anew at each point',
};
