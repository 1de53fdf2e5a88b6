import type { CurvatureProblem } from '#core/curvature';
import { ascentSeconds, buffersAt, lossGradient, makePlane, steepestAscent, type GivenDirections, type LandscapeProblem, type PlaneRecipe, type PlaneSources } from '#core/landscape';
import type { StoredWeights } from '../folder/checkpoints';
import type { OpenRun } from '../evaluation/open-run';
import { examplesAtOnce } from '../examples-at-once';
import { curvatureProblem } from '../curvature/problem';
import { eigenvectorSeconds, hessianEigenvectors, type EigenvectorPlane } from './eigenvectors';
import { KeptDirections } from './kept-directions';
import type { ProblemOptions } from './problem';

/** What a plane is laid from, besides weights that are stored. */
export interface Ground {
  readonly run: OpenRun;
  readonly weights: StoredWeights;
  readonly problem: LandscapeProblem;
  readonly options: ProblemOptions;
  /** Hash of the weights at the centre. */
  readonly fingerprint: string;
  readonly program: string;
  /** Directions that came with the request. */
  readonly given?: GivenDirections;
}

/** What is being done before the plane can be laid; it ends after `total` steps at the latest. */
export interface Preparation {
  readonly text: string;
  readonly done: number;
  readonly total: number;
}

export interface SourceOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (preparation: Preparation) => void;
}

/** Directions that have to be computed before the plane can be laid. */
export async function foundSources(ground: Ground, recipe: PlaneRecipe, options: SourceOptions): Promise<Pick<PlaneSources, 'gradient' | 'given'>> {
  const { run, problem } = ground;
  const { signal } = options;
  if (recipe.kind === 'gradient') return { gradient: await lossGradient(problem, { ...run.compile, ...(signal && { signal }) }) };
  if (recipe.kind === 'eigenvectors' || recipe.kind === 'ascent') return { given: await kept(ground, recipe).get(() => search(ground, recipe, options)) };
  return ground.given ? { given: ground.given } : {};
}

/** What costs as much as the directions that would have to be searched for. */
export interface StandIns {
  readonly sources: Pick<PlaneSources, 'gradient' | 'given'>;
  /** Seconds that the search takes at most; absent where it is done, or short. */
  readonly measureSearch?: () => Promise<number>;
}

/** For what a picture costs any directions do: random ones stand in for those that would have to be searched for first. */
export async function standIns(ground: Ground, recipe: PlaneRecipe, { signal }: SourceOptions): Promise<StandIns> {
  if ((recipe.kind !== 'eigenvectors' && recipe.kind !== 'ascent') || kept(ground, recipe).known) return { sources: await foundSources(ground, recipe, signal ? { signal } : {}) };
  const { directions } = makePlane(ground.problem, { kind: 'random', seed: recipe.seed, normalization: 'none', include: recipe.include, orthogonal: false });
  const { run, problem } = ground;
  const abort = signal && { signal };
  return {
    sources: { given: { directions, ascent: { distance: 1, loss: NaN } } },
    measureSearch: async () =>
      recipe.kind === 'ascent' ? ascentSeconds(problem, { ...run.compile, steps: recipe.steps, ...abort }) : eigenvectorSeconds(await curvatureOf(ground, abort ?? {}), recipe, run.compile, abort ?? {}),
  };
}

type Searched = EigenvectorPlane | Extract<PlaneRecipe, { kind: 'ascent' }>;

async function search(ground: Ground, recipe: Searched, options: SourceOptions): Promise<GivenDirections> {
  const { run, problem } = ground;
  if (recipe.kind === 'eigenvectors') return hessianEigenvectors(await curvatureOf(ground, options), recipe, run.compile, options);
  const { radius, steps, include, seed } = recipe;
  const { signal, onProgress } = options;
  const { direction, distance, loss } = await steepestAscent(problem, {
    ...run.compile, radius, steps, include, seed, ...(signal && { signal }),
    onStep: (step, height) => onProgress?.({ text: `Steepest ascent: step ${step} of ${steps}, loss ${height.toPrecision(4)}`, done: step, total: steps }),
  });
  return { directions: [direction], ascent: { distance, loss } };
}

/** The loss whose Hessian is meant; statistics that are taken anew count as constants. */
const curvatureOf = async ({ run, weights, options, problem }: Ground, { signal }: SourceOptions): Promise<CurvatureProblem> => ({
  ...curvatureProblem(run.parts, run.data, weights.tensors, { ...options, ...examplesAtOnce(run, options.batchNorm, 'product') }),
  buffers: await buffersAt(problem, {}, { ...run.compile, ...(signal && { signal }) }),
});

function kept({ run, problem, options: { split, subset, batchNorm }, fingerprint, program }: Ground, { normalization: _, ...plane }: Searched): KeptDirections {
  return new KeptDirections(run, problem, plane.kind, { plane, split, subset, batchNorm, fingerprint, program, device: run.compile.device });
}
