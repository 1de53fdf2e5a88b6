import { createHash } from 'node:crypto';
import { makePlane, surfaceRecipeSchema, type Checkpoint, type LandscapeProblem, type Plane, type SurfaceRecipe } from '#core/landscape';
import type { StateTensor } from '#core/train';
import type { OpenRun } from '../evaluation/open-run';
import { landscapeProblem, quantitiesOf } from './problem';
import { gridOf, planeRecipe, surfaceName, type SurfaceRequest } from './request';

/** A surface that is about to be computed. */
export interface SurfaceSetup {
  /** Name of its folder below the run's `surfaces`. */
  id: string;
  problem: LandscapeProblem;
  plane: Plane;
  recipe: SurfaceRecipe;
  checkpoints: Checkpoint[];
}

/** Everything that a request means for this run. @throws UserError when checkpoints, split or plane are not there */
export function setUpSurface(run: OpenRun, request: SurfaceRequest, program: string): SurfaceSetup {
  const { parts, data, file } = run;
  const weights = run.weights(request.checkpoint);
  const { split, seed, batchNorm } = request;
  const subset = request.subset === null ? null : { count: request.subset, seed };
  const problem = landscapeProblem(parts, data, weights.tensors, { split, subset, batchNorm });
  const names = Object.keys(parts.model.parameters);
  const checkpoints = run.trajectorySteps()
    .filter((step) => step <= weights.step)
    .map((step): Checkpoint => ({ step, parameters: floatsOf(run.weights(step).tensors, names) }));
  const plane = makePlane(problem, planeRecipe(request), { checkpoints });
  const fingerprint = weightsFingerprint(names, weights.tensors);
  const recipe = surfaceRecipeSchema.parse({
    version: 1,
    program,
    run: { id: file.id, name: file.name, checkpoint: String(request.checkpoint), fingerprint, ...(run.member !== undefined && { member: run.member }) },
    plane: plane.recipe,
    grid: gridOf(request, plane),
    quantities: quantitiesOf(data.task),
    split,
    subset,
    batchNorm,
    device: run.compile.device,
  });
  return { id: surfaceName(recipe), problem, plane, recipe, checkpoints: plane.path ? checkpoints : [] };
}

function floatsOf(tensors: Readonly<Record<string, StateTensor>>, names: readonly string[]): Record<string, Float32Array> {
  return Object.fromEntries(names.map((name) => [name, tensors[name]!.data as Float32Array]));
}

/** Hash of the weights at the centre: another training gives another picture, even under the same name. */
function weightsFingerprint(names: readonly string[], tensors: Readonly<Record<string, StateTensor>>): string {
  const hash = createHash('sha256');
  for (const name of [...names].sort()) {
    const { data } = tensors[name]!;
    hash.update(name).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest('hex').slice(0, 16);
}
