import { UserError } from '#core/graph';
import { groupsAfter, missingGroups } from './estimate/work';
import type { EvaluatorOptions } from './evaluator';
import { axisCoordinates, firstLattice, gridAxes, gridSize, gridTitle, pointCount, pointRounds } from './grid';
import type { Plane } from './plane';
import { PointEvaluator, type PointOptions } from './point-evaluator';
import type { Checkpoint } from './principal';
import type { LandscapeProblem } from './problem';
import type { Adaptive, Grid, SurfaceRecipe } from './recipe';
import { lowestPoints, type Surface, type SurfaceTrajectory } from './surface';
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

export interface ComputeOptions extends PointOptions {
  readonly signal?: AbortSignal;
  /** Values of an earlier attempt, `NaN` where nothing was computed. Updated in place as points arrive. */
  readonly values?: Record<string, Float64Array>;
  /** Absent: every point of the grid. */
  readonly adaptive?: Adaptive;
  /** Where the caller has one at hand, of the same problem, plane and options; it stays the caller's. */
  readonly evaluator?: PointEvaluator;
}

/**
 * Computes the values of a surface, coarse to fine or where it bends, skipping every point that `options.values` already holds. Ending the
 * iteration or aborting the signal stops within a second; what has arrived stays valid.
 *
 * @throws the signal's reason when it is aborted
 */
export async function* computeSurface(problem: LandscapeProblem, plane: Plane, grid: Grid, options: ComputeOptions): AsyncGenerator<SurfaceChunk, void> {
  const { adaptive } = options;
  checkGrid(plane, grid, adaptive);
  const total = pointCount(grid, adaptive);
  const evaluator = options.evaluator ?? PointEvaluator.create(problem, plane, options);
  try {
    const values = options.values ?? {};
    for (const name of evaluator.quantities) values[name] ??= new Float64Array(gridSize(grid)).fill(NaN);
    checkRefined(adaptive, evaluator.quantities);
    const isMissing = (index: number): boolean => evaluator.quantities.some((name) => Number.isNaN(values[name]![index]));
    let done = values[evaluator.quantities[0]!]!.reduce((known, _, index) => known + Number(!isMissing(index)), 0);
    let before = 0;
    for (const round of pointRounds(grid, adaptive, values)) {
      before += round.length;
      const groups = missingGroups(round, evaluator.population, isMissing);
      // What is known of later rounds, from an earlier attempt, is no work.
      const missingLater = total - done - groups.reduce((sum, { length }) => sum + length, 0);
      const later = missingLater === 0 ? 0 : (groupsAfter(grid, adaptive, before, evaluator.population) * missingLater) / (total - before);
      for (const [at, indices] of groups.entries()) {
        options.signal?.throwIfAborted();
        const chunk = await evaluator.evaluate(coordinatesOf(grid, evaluator.axes, indices), options);
        for (const [name, list] of Object.entries(chunk)) indices.forEach((index, i) => (values[name]![index] = list[i]!));
        done += indices.length;
        yield { indices, values: chunk, done, total, remainingSeconds: (groups.length - at - 1 + later) * evaluator.groupSeconds! };
      }
    }
  } finally {
    if (options.evaluator === undefined) await evaluator.dispose();
  }
}

/** Most points of a surface: a cube of 203 a side, with two quantities some 130 MB in memory and as much on disk. */
const MOST_POINTS = 2 ** 23;

/** @throws UserError where the grid does not fit the directions, or is too large to be held */
export function checkGrid({ directions: { length } }: Pick<Plane, 'directions'>, grid: Grid, adaptive?: Adaptive): void {
  if (length === 1 && grid.y.count !== 1) {
    throw new UserError('landscape.grid', `a line has one row of points, the grid asks for ${grid.y.count}`, { hint: `Use the grid ${grid.x.count}x1.` });
  }
  if ((length === 3) !== (grid.z !== undefined)) {
    throw new UserError('landscape.grid', `${length} directions do not fit the grid ${gridTitle(grid, 'x')}`, { hint: 'A plane takes two numbers of points, a volume three.' });
  }
  const points = gridSize(grid);
  if (points > MOST_POINTS) {
    const side = Math.floor(MOST_POINTS ** (1 / gridAxes(grid).length));
    throw new UserError('landscape.grid.size', `the grid ${gridTitle(grid, 'x')} has ${points.toLocaleString('en')} points, more than the ${MOST_POINTS.toLocaleString('en')} that are held in memory`, {
      hint: `Use at most ${side} a side.`,
    });
  }
  if (adaptive) checkBudget(grid, adaptive);
}

/** @throws UserError where so many chosen points make no picture of this grid */
function checkBudget(grid: Grid, { points }: Adaptive): void {
  if (grid.z !== undefined) {
    throw new UserError('landscape.adaptive.volume', 'points are chosen where the surface bends in planes and on lines, not in volumes', { hint: 'Leave --adaptive out, or use a grid of two numbers.' });
  }
  const [least, size] = [firstLattice(grid), gridSize(grid)];
  if (points < least) {
    throw new UserError('landscape.adaptive.few', `${points} points are too few to be chosen where the surface bends: the lattice that they begin with has ${least}`, { hint: `Use at least ${least}, better some hundreds.` });
  }
  if (points >= size) {
    throw new UserError('landscape.adaptive.many', `the grid ${gridTitle(grid, 'x')} has ${size.toLocaleString('en')} points, from which ${points.toLocaleString('en')} cannot be chosen`, { hint: 'Use fewer points, or a finer grid: --grid 129x129.' });
  }
}

function checkRefined(adaptive: Adaptive | undefined, quantities: readonly string[]): void {
  if (adaptive === undefined || quantities.includes(adaptive.quantity)) return;
  throw new UserError('landscape.adaptive.quantity', `points are to be chosen where "${adaptive.quantity}" bends, which is not computed`, { hint: `There are: ${quantities.join(', ')}.` });
}

/** Coordinates `[n, count]` of grid indices along the first `count` axes. */
export function coordinatesOf(grid: Grid, count: number, indices: ArrayLike<number>): Float64Array {
  const axes = gridAxes(grid).slice(0, count).map(axisCoordinates);
  const coordinates = new Float64Array(indices.length * axes.length);
  for (let i = 0; i < indices.length; i++) {
    let rest = indices[i]!;
    axes.forEach((axis, k) => {
      coordinates[i * axes.length + k] = axis[rest % axis.length]!;
      rest = Math.floor(rest / axis.length);
    });
  }
  return coordinates;
}

/** What is known of a surface besides its points. */
export interface Surroundings {
  /** The problem's quantities at the unperturbed weights. */
  readonly centre: Record<string, number>;
  /** The true quantities at every checkpoint of paths of training, not at its projection, with the buffers that it held: each `[n]`, one record a path. */
  readonly paths: Record<string, Float64Array>[];
}

/** Evaluates the centre, and the checkpoints of paths. */
export async function evaluateSurroundings(problem: LandscapeProblem, paths: readonly (readonly Checkpoint[])[], { signal, ...options }: EvaluatorOptions & { readonly signal?: AbortSignal }): Promise<Surroundings> {
  const evaluator = await WeightEvaluator.create(problem, options);
  const found = paths.map((): Record<string, Float64Array> => ({}));
  try {
    const centre = await evaluator.evaluate({}, signal);
    for (const [path, checkpoints] of paths.entries()) {
      const values = found[path]!;
      for (const [i, { parameters, buffers }] of checkpoints.entries()) {
        for (const [name, value] of Object.entries(await evaluator.evaluate({ ...parameters, ...buffers }, signal))) {
          values[name] ??= new Float64Array(checkpoints.length);
          values[name][i] = value;
        }
      }
    }
    return { centre, paths: found };
  } finally {
    await evaluator.dispose();
  }
}

/** The problem's quantities at the unperturbed weights. */
export const evaluateCentre = async (problem: LandscapeProblem, options: EvaluatorOptions & { readonly signal?: AbortSignal }): Promise<Record<string, number>> => (await evaluateSurroundings(problem, [], options)).centre;

/**
 * Puts a surface together from what is known of it: finished, or as far as it has come.
 *
 * @param pathValues the true quantities along the path of training, then along those of other runs
 */
export function assembleSurface(
  recipe: SurfaceRecipe,
  plane: Plane,
  values: Readonly<Record<string, Float64Array>>,
  centre: Readonly<Record<string, number>>,
  pathValues: readonly Readonly<Record<string, Float64Array>>[] = [],
): Surface {
  const x = axisCoordinates(recipe.grid.x);
  const y = axisCoordinates(recipe.grid.y);
  const z = recipe.grid.z && axisCoordinates(recipe.grid.z);
  const axes = { x, y, ...(z && { z }) };
  const [own = {}, ...others] = pathValues;
  const trajectory: SurfaceTrajectory | undefined = plane.path && { ...plane.path, values: own };
  return {
    recipe,
    ...axes,
    values,
    minimum: lowestPoints(axes, values),
    centre,
    ...(trajectory && { trajectory }),
    ...(plane.otherPaths && { otherTrajectories: plane.otherPaths.map((path, i) => ({ ...path, values: others[i] ?? {} })) }),
    ...(plane.anchors && { anchors: plane.anchors }),
    ...(plane.eigenvalues && { eigenvalues: plane.eigenvalues }),
    ...(plane.explainedVariance === undefined ? {} : { explainedVariance: plane.explainedVariance }),
  };
}
