import { evaluateCentre, makePlane, surfaceRecipeSchema, withCompanions, type Checkpoint, type LandscapeProblem, type Plane, type PlaneRecipe, type PlaneSources, type SurfaceRecipe } from '#core/landscape';
import type { OpenRun } from '../evaluation/open-run';
import { soundWeights } from '../evaluation/sound-weights';
import { examplesAtOnce, type PASSES } from '../examples-at-once';
import { settled } from '../settled';
import { weightsFingerprint } from '../weights-fingerprint';
import { checkBatchNorm } from './batch-norm';
import { drawnPath } from './drawn-path';
import { landscapeProblem, quantitiesOf } from './problem';
import { gridOf } from './ranges';
import { planeRecipe, surfaceName, type SurfaceRequest } from './request';
import { foundSources, standIns, type Ground, type SourceOptions, type StandIns } from './sources';
import { otherPaths, ownPath } from './training-path';
import { givenVectors, type GivenVectors } from './vectors';
import { otherWeights } from './weights';

/** A surface that is about to be computed, or whose picture is asked about. */
export interface SurfaceSetup {
  /** Name of its folder below the run's `surfaces`. */
  id: string;
  problem: LandscapeProblem;
  plane: Plane;
  recipe: SurfaceRecipe;
  /** Those of the paths that lie in the plane. */
  checkpoints: Checkpoint[];
  otherPaths: NonNullable<PlaneSources['otherPaths']>;
  /** What the plane was laid from. */
  sources: PlaneSources;
}

export interface SetupOptions extends SourceOptions {
  program: string;
}

/** Everything that a request means for this run. @throws UserError when checkpoints, split, plane or other runs are not there */
export async function setUpSurface(opened: OpenRun, asked: SurfaceRequest, options: SetupOptions): Promise<SurfaceSetup> {
  const { run, request } = settled(opened, asked);
  const { ground, planeAsked, stored, vectors } = await groundOf(run, request, options);
  vectors?.keep();
  const sources = { ...stored, ...(await foundSources(ground, planeAsked, options)) };
  const plane = makePlane(ground.problem, planeAsked, sources);
  // Only a range that is chosen by the height of the loss needs it.
  const loss = plane.eigenvalues && !request.range ? (await evaluateCentre(ground.problem, { ...run.compile, ...(options.signal && { signal: options.signal }) }))['loss']! : NaN;
  const recipe = recipeOf(request, ground, plane, loss);
  return { id: surfaceName(recipe), problem: ground.problem, plane, recipe, checkpoints: plane.path ? stored.checkpoints : [], otherPaths: stored.otherPaths, sources };
}

/** What the cost of a request is measured on: the same surface, or one that costs the same, along directions that need not be searched for. */
export async function setUpEstimate(opened: OpenRun, asked: SurfaceRequest, options: SetupOptions): Promise<Omit<SurfaceSetup, 'sources'> & Pick<StandIns, 'measureSearch'>> {
  const { run, request } = settled(opened, asked);
  const { ground, planeAsked, stored } = await groundOf(run, request, options);
  const { sources, measureSearch } = await standIns(ground, planeAsked, options);
  const plane = makePlane(ground.problem, planeAsked, { ...stored, ...sources });
  const recipe = recipeOf(request, ground, plane, NaN);
  return { id: surfaceName(recipe), problem: ground.problem, plane, recipe, checkpoints: plane.path ? stored.checkpoints : [], otherPaths: stored.otherPaths, ...(measureSearch && { measureSearch }) };
}

/** What the longest program of a surface computes: its points, or the gradients that they, or its directions, take. */
export const hardestProgram = ({ quantities }: Pick<SurfaceRequest, 'quantities'>): keyof typeof PASSES => (quantities.some((name) => name !== 'gradient-norm') ? 'product' : 'gradient');

function recipeOf(request: SurfaceRequest, { run, problem, options, fingerprint, program }: Ground, plane: Plane, loss: number): SurfaceRecipe {
  const { file, data, member } = run;
  const { split, subset, batchNorm } = options;
  const { quantities, tolerance, maxIterations, products, seed } = request;
  const hessian = quantities.some((name) => name !== 'gradient-norm');
  return surfaceRecipeSchema.parse({
    version: 1,
    program,
    run: { id: file.id, name: file.name, checkpoint: String(request.checkpoint), fingerprint, ...(member !== undefined && { member }) },
    plane: plane.recipe,
    grid: gridOf(request, plane, problem, loss),
    ...(request.adaptive && { adaptive: request.adaptive }),
    quantities: [...quantitiesOf(data.task), ...Object.keys(problem.examples ?? {}), ...withCompanions(quantities)],
    split,
    subset,
    batchNorm,
    ...(hessian && { curvature: { tolerance, maxIterations, products, seed } }),
    device: run.compile.device,
  });
}

/** The centre, and what the plane is laid through. */
async function groundOf(run: OpenRun, request: SurfaceRequest, { program, signal }: SetupOptions): Promise<{ ground: Ground; planeAsked: PlaneRecipe; vectors?: GivenVectors; stored: Required<Pick<PlaneSources, 'weights' | 'otherPaths'>> & { checkpoints: Checkpoint[] } }> {
  const { parts, data } = run;
  const weights = soundWeights(run, request.checkpoint);
  const { split, seed, batchNorm } = request;
  const subset = request.subset === null ? null : { count: request.subset, seed };
  checkBatchNorm(parts.model, batchNorm);
  const options = { split, subset, batchNorm, perClass: request.perClass, ...examplesAtOnce(run, batchNorm, hardestProgram(request)) };
  const problem = landscapeProblem(parts, data, weights.tensors, options);
  const names = Object.keys(parts.model.parameters);
  const fingerprint = weightsFingerprint(names, weights.tensors);
  const joint = request.plane === 'trajectory';
  const checkpoints = (joint ? undefined : drawnPath(run, request.others, names)) ?? ownPath(run, weights.step);
  const beside = await otherPaths(run, problem, joint ? request.others : [], fingerprint, request.align ? { seed, ...(signal && { signal }) } : null);
  const others = joint ? [] : request.others.map((other) => otherWeights(other, names));
  const vectors = request.plane === 'vectors' && request.vectors ? givenVectors(run, request.vectors, problem) : undefined;
  return {
    ...(vectors && { vectors }),
    ground: { run, weights, problem, options, fingerprint, program, ...(vectors && { given: vectors }) },
    planeAsked: planeRecipe(request, joint ? beside.references : others.map(({ reference }) => reference), vectors?.reference),
    stored: { checkpoints, otherPaths: beside.paths, weights: Object.fromEntries(others.map(({ reference, parameters }) => [reference.fingerprint, parameters])) },
  };
}
