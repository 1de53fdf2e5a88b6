import { existsSync } from 'node:fs';
import { UserError } from '#core/graph';
import { makePlane, openSurface, trustChecks, type TrustCheck } from '#core/landscape';
import type { OpenRun } from '../evaluation/open-run';
import { examplesAtOnce } from '../examples-at-once';
import { statisticsOf, type BatchNormMode } from './batch-norm';
import { landscapeProblem, type ProblemOptions } from './problem';
import type { SurfaceRequest } from './request';
import { setUpSurface } from './setup';

/** Batches of which other pictures could be made. */
const BATCHES = 24;

/** What float32 makes of a softmax's loss near 0: `log(1 + s)` is known to half a step at 1. */
const SOFTMAX_ROUNDING = 2 ** -24;

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
  const problem = (options: Pick<ProblemOptions, 'batchNorm' | 'leastBatches' | 'mixed' | 'drawnAgain'>) => landscapeProblem(run.parts, run.data, tensors, { split: request.split, subset, ...examplesAtOnce(run, options.batchNorm, 'gradient'), ...options });
  const withStatistics = statisticsOf(run.parts.model).length > 0;
  // Batches with statistics of their own are of the size that the picture's are: the loss, and its scatter, depend on it. Others are as small as there have to be many.
  const ownStatistics = batchNorm === 'batch';
  const own = problem({ batchNorm, ...(!ownStatistics && { leastBatches: BATCHES, mixed: true }) });
  const examples = own.batches.reduce((sum, { count }) => sum + count, 0);
  const again = ownStatistics && own.batches.length < BATCHES && examples >= BATCHES;
  const other = ownStatistics ? 'evaluation' : 'batch';
  const { plane: kind } = recipe;
  return trustChecks({
    ...run.compile,
    surface,
    plane,
    problem: own,
    ...(again && { drawnAgain: { problem: problem({ batchNorm, drawnAgain: BATCHES }), picture: own.batches.length } }),
    ...(run.parts.loss.link === 'softmax' && { rounding: SOFTMAX_ROUNDING }),
    // The picture's statistics are held against each batch's own; where these are the picture's, against the stored ones.
    ...(withStatistics && { otherMode: { problem: problem({ batchNorm: other }), compared: `With ${statisticsNames[other]} instead of ${statisticsNames[batchNorm]}` } }),
    ...((kind.kind === 'random' || kind.kind === 'gradient' || kind.kind === 'ascent' || (kind.kind === 'line' && kind.to === undefined)) && { fresh: (seed: number) => makePlane(own, { ...kind, seed: kind.seed + seed }, sources) }),
    ...(options.signal && { signal: options.signal }),
  });
}

const statisticsNames: Readonly<Record<BatchNormMode, string>> = {
  evaluation: 'the stored statistics',
  batch: 'the statistics of each batch',
  recalibrated: 'those taken anew at each point',
};
