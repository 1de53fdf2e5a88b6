import { lossGradient, makePlane, surfaceRecipeSchema, withCompanions, type Checkpoint, type LandscapeProblem, type Plane, type SurfaceRecipe } from '#core/landscape';
import type { OpenRun } from '../evaluation/open-run';
import { weightsFingerprint } from '../weights-fingerprint';
import { checkBatchNorm } from './batch-norm';
import { drawnPath } from './drawn-path';
import { landscapeProblem, quantitiesOf } from './problem';
import { gridOf, planeRecipe, surfaceName, type SurfaceRequest } from './request';
import { floatsOf, otherWeights } from './weights';

/** A surface that is about to be computed, or whose picture is asked about. */
export interface SurfaceSetup {
  /** Name of its folder below the run's `surfaces`. */
  id: string;
  problem: LandscapeProblem;
  plane: Plane;
  recipe: SurfaceRecipe;
  checkpoints: Checkpoint[];
}

/** Everything that a request means for this run. @throws UserError when checkpoints, split, plane or other runs are not there */
export async function setUpSurface(run: OpenRun, request: SurfaceRequest, { program, signal }: { program: string; signal?: AbortSignal }): Promise<SurfaceSetup> {
  const { parts, data, file } = run;
  const weights = run.weights(request.checkpoint);
  const { split, seed, batchNorm, quantities, tolerance, maxIterations, products } = request;
  const hessian = quantities.some((name) => name !== 'gradient-norm');
  const subset = request.subset === null ? null : { count: request.subset, seed };
  checkBatchNorm(parts.model, batchNorm);
  const problem = landscapeProblem(parts, data, weights.tensors, { split, subset, batchNorm, perClass: request.perClass });
  const names = Object.keys(parts.model.parameters);
  const checkpoints = (await drawnPath(run, request.others, names)) ?? run.trajectorySteps()
    .filter((step) => step <= weights.step)
    .map((step): Checkpoint => ({ step, parameters: floatsOf(run.weights(step).tensors, names) }));
  const others = await Promise.all(request.others.map((other) => otherWeights(run, other, names)));
  const gradient = request.plane === 'gradient' ? await lossGradient(problem, { ...run.compile, ...(signal && { signal }) }) : undefined;
  const plane = makePlane(problem, planeRecipe(request, others.map(({ reference }) => reference)), {
    checkpoints,
    weights: Object.fromEntries(others.map(({ reference, parameters }) => [reference.fingerprint, parameters])),
    ...(gradient && { gradient }),
  });
  const fingerprint = weightsFingerprint(names, weights.tensors);
  const recipe = surfaceRecipeSchema.parse({
    version: 1,
    program,
    run: { id: file.id, name: file.name, checkpoint: String(request.checkpoint), fingerprint, ...(run.member !== undefined && { member: run.member }) },
    plane: plane.recipe,
    grid: gridOf(request, plane),
    quantities: [...quantitiesOf(data.task), ...Object.keys(problem.examples ?? {}), ...withCompanions(quantities)],
    split,
    subset,
    batchNorm,
    ...(hessian && { curvature: { tolerance, maxIterations, products, seed } }),
    device: run.compile.device,
  });
  return { id: surfaceName(recipe), problem, plane, recipe, checkpoints: plane.path ? checkpoints : [] };
}
