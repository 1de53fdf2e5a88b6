import { lossGradient, makePlane, surfaceRecipeSchema, withCompanions, type Checkpoint, type LandscapeProblem, type Plane, type SurfaceRecipe, type WeightsReference } from '#core/landscape';
import type { StateTensor } from '#core/train';
import { openRun, type OpenRun } from '../evaluation/open-run';
import { checkpointPath, readWeights, type StoredWeights } from '../folder/checkpoints';
import { runPaths } from '../folder/paths';
import { resolveRun, type FoundRun } from '../registry';
import { storedSpecification } from '../specification/stored';
import { weightsFingerprint } from '../weights-fingerprint';
import { checkBatchNorm } from './batch-norm';
import { landscapeProblem, quantitiesOf } from './problem';
import { gridOf, planeRecipe, surfaceName, type SurfaceRequest } from './request';

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
  const checkpoints = run.trajectorySteps()
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

function floatsOf(tensors: Readonly<Record<string, StateTensor>>, names: readonly string[]): Record<string, Float32Array> {
  return Object.fromEntries(names.flatMap((name) => (tensors[name] === undefined ? [] : [[name, tensors[name].data as Float32Array]])));
}

type OtherWeights = SurfaceRequest['others'][number];

/** Weights of another run or member, and how a recipe names them. */
async function otherWeights(run: OpenRun, other: OtherWeights, names: readonly string[]): Promise<{ reference: WeightsReference; parameters: Record<string, Float32Array> }> {
  const found = resolveRun(other.run);
  const { file } = found;
  const { checkpoint, member } = other;
  const { tensors } = await storedWeights(run, found, other);
  const moment = typeof checkpoint === 'number' ? `step ${checkpoint}` : checkpoint;
  const name = [file.name, ...(member === undefined ? [] : [`member ${member}`]), ...(checkpoint === 'last' ? [] : [`(${moment})`])].join(' ');
  const parameters = floatsOf(tensors, names);
  const reference = { run: file.id, name, checkpoint: String(checkpoint), fingerprint: weightsFingerprint(Object.keys(parameters), tensors), ...(member !== undefined && { member }) };
  return { reference, parameters };
}

async function storedWeights(run: OpenRun, { file, folder }: FoundRun, { checkpoint, member }: OtherWeights): Promise<StoredWeights> {
  if (member === undefined && !storedSpecification(file).population) return readWeights(checkpointPath(runPaths(folder), checkpoint));
  // Which row of a checkpoint a member is follows from its specification; the data of this run need not be read twice.
  const opened = await openRun(folder, { ...(member !== undefined && { member }), ...(folder === run.paths.folder && { load: () => Promise.resolve(run.data) }) });
  return opened.weights(checkpoint);
}
