import { UserError } from '#core/graph';
import { PlaneEvaluator, type EvaluatorOptions } from './evaluator';
import { axisCoordinates, coarseToFine } from './grid';
import type { Plane } from './plane';
import type { Checkpoint } from './principal';
import type { LandscapeProblem } from './problem';
import type { Grid, SurfaceRecipe } from './recipe';
import { lowestPoint, type Surface, type SurfaceMinimum, type SurfaceTrajectory } from './surface';
import { WeightEvaluator } from './weight-evaluator';

/** Some points of the surface, as they are computed. `values[quantity][i]` belongs to grid index `indices[i]`. */
export interface SurfaceChunk {
  readonly indices: Int32Array;
  readonly values: Readonly<Record<string, Float64Array>>;
  /** Points known so far, those of an earlier attempt included. */
  readonly done: number;
  readonly total: number;
  readonly remainingSeconds: number;
}

export interface ComputeOptions extends EvaluatorOptions {
  readonly signal?: AbortSignal;
  /** Values of an earlier attempt, `NaN` where nothing was computed. Updated in place as points arrive. */
  readonly values?: Record<string, Float64Array>;
}

/**
 * Computes the values of a surface, coarse to fine, skipping every point that `options.values` already holds. Ending the
 * iteration or aborting the signal stops within a second; what has arrived stays valid.
 *
 * @throws the signal's reason when it is aborted
 */
export async function* computeSurface(problem: LandscapeProblem, plane: Plane, grid: Grid, options: ComputeOptions): AsyncGenerator<SurfaceChunk, void> {
  checkGrid(plane, grid);
  const total = grid.x.count * grid.y.count;
  const x = axisCoordinates(grid.x);
  const y = axisCoordinates(grid.y);
  const evaluator = PlaneEvaluator.create(problem, plane, options);
  try {
    const values = options.values ?? {};
    for (const name of evaluator.quantities) values[name] ??= new Float64Array(total).fill(NaN);
    const missing = coarseToFine(grid).filter((index) => evaluator.quantities.some((name) => Number.isNaN(values[name]![index])));
    const start = performance.now();
    for (let at = 0; at < missing.length; ) {
      options.signal?.throwIfAborted();
      const indices = missing.slice(at, at + evaluator.population);
      const coordinates = new Float64Array(indices.length * 2);
      indices.forEach((index, i) => coordinates.set([x[index % x.length]!, y[Math.floor(index / x.length)]!], i * 2));
      const chunk = await evaluator.evaluate(coordinates, options.signal);
      for (const [name, computed] of Object.entries(chunk)) indices.forEach((index, i) => (values[name]![index] = computed[i]!));
      at += indices.length;
      const mean = (performance.now() - start) / 1000 / at;
      const remainingSeconds = (missing.length - at) * (evaluator.pointSeconds ?? mean);
      yield { indices, values: chunk, done: total - missing.length + at, total, remainingSeconds };
    }
  } finally {
    await evaluator.dispose();
  }
}

function checkGrid(plane: Plane, grid: Grid): void {
  if (plane.directions.length === 1 && grid.y.count !== 1) {
    throw new UserError('landscape.grid', `a line has one row of points, the grid asks for ${grid.y.count}`, { hint: `Use the grid ${grid.x.count}x1.` });
  }
}

/** What a surface will cost. */
export interface SurfaceEstimate {
  readonly points: number;
  readonly seconds: number;
  readonly memoryBytes: number;
}

/** Measures a few points (well under a second for small networks) and extrapolates. */
export async function estimateSurface(problem: LandscapeProblem, plane: Plane, grid: Grid, options: EvaluatorOptions & { readonly signal?: AbortSignal }): Promise<SurfaceEstimate> {
  checkGrid(plane, grid);
  const evaluator = PlaneEvaluator.create(problem, plane, options);
  try {
    const deadline = performance.now() + 1500;
    do await evaluator.evaluate(new Float64Array(evaluator.population * 2), options.signal);
    while (evaluator.pointSeconds === undefined || (performance.now() < deadline && evaluator.climbing));
    const points = grid.x.count * grid.y.count;
    return { points, seconds: points * evaluator.pointSeconds, memoryBytes: evaluator.memoryBytes };
  } finally {
    await evaluator.dispose();
  }
}

/** The true quantities at every checkpoint of a trajectory, not at its projection: each `[n]`. */
export async function evaluateCheckpoints(problem: LandscapeProblem, checkpoints: readonly Checkpoint[], options: EvaluatorOptions & { readonly signal?: AbortSignal }): Promise<Record<string, Float64Array>> {
  const evaluator = await WeightEvaluator.create(problem, options);
  const values: Record<string, Float64Array> = {};
  try {
    for (const [i, { parameters }] of checkpoints.entries()) {
      for (const [name, value] of Object.entries(await evaluator.evaluate(parameters, options.signal))) {
        values[name] ??= new Float64Array(checkpoints.length);
        values[name][i] = value;
      }
    }
    return values;
  } finally {
    await evaluator.dispose();
  }
}

/** The quantities at the unperturbed weights. */
export async function evaluateCentre(problem: LandscapeProblem, options: EvaluatorOptions): Promise<Record<string, number>> {
  const evaluator = await WeightEvaluator.create(problem, options);
  try {
    return await evaluator.evaluate();
  } finally {
    await evaluator.dispose();
  }
}

/** Puts a surface together from what is known of it: finished, or as far as it has come. */
export function assembleSurface(
  recipe: SurfaceRecipe,
  plane: Plane,
  values: Readonly<Record<string, Float64Array>>,
  centre: Readonly<Record<string, number>>,
  trajectoryValues: Readonly<Record<string, Float64Array>> = {},
): Surface {
  const x = axisCoordinates(recipe.grid.x);
  const y = axisCoordinates(recipe.grid.y);
  const minimum: Record<string, SurfaceMinimum> = {};
  for (const [name, data] of Object.entries(values)) {
    const lowest = lowestPoint(x, y, data);
    if (lowest !== undefined) minimum[name] = lowest;
  }
  const trajectory: SurfaceTrajectory | undefined = plane.path && { ...plane.path, values: trajectoryValues };
  return {
    recipe,
    x,
    y,
    values,
    minimum,
    centre,
    ...(trajectory && { trajectory }),
    ...(plane.anchors && { anchors: plane.anchors }),
    ...(plane.explainedVariance === undefined ? {} : { explainedVariance: plane.explainedVariance }),
  };
}
