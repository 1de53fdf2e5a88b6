import { keptPrograms, secondsSince } from '#core/runtime';
import { checkGrid, coordinatesOf, type ComputeOptions } from '../compute';
import { coarseToFine, firstLattice, gridSize, pointCount } from '../grid';
import type { Plane } from '../plane';
import { PointEvaluator, type PointOptions } from '../point-evaluator';
import type { LandscapeProblem } from '../problem';
import type { Grid } from '../recipe';
import { WeightEvaluator } from '../weight-evaluator';
import { groupsOf } from './work';

/** What a surface will cost. */
export interface SurfaceEstimate {
  readonly points: number;
  readonly seconds: number;
  readonly memoryBytes: number;
  /** Groups of points that are still to be computed, each in one go. */
  readonly groups: number;
  /** Evaluations of whole weights besides: the centre, and each checkpoint of the paths in the plane. */
  readonly evaluations: number;
}

/** What there is to do for one surface besides its points. */
export interface SurfaceWork extends Pick<ComputeOptions, 'values'> {
  /** Checkpoints of all paths that are drawn in the plane. */
  readonly checkpoints?: number;
}

export interface EstimateOptions extends PointOptions, Pick<ComputeOptions, 'signal' | 'adaptive'>, SurfaceWork {}

/** Seconds for which what is done again and again is measured. */
const MEASURED = 0.3;
/**
 * A start that took less is repeated, since what is new to the process the first time is not when the surface is computed; and any where programs are kept on the disk, as
 * they are then there. Only where it is a considerable share of the whole.
 */
const SHORT = 0.3;
const CONSIDERABLE = 0.05;
/** Seconds of one group above which the batches are not measured all together. */
const LONG = 0.25;

/**
 * Rehearses a surface and counts: what every group of points takes, and each evaluation of the centre and of checkpoints, from runs on a part of the
 * batches; what is done once, compiling above all, from doing it. About a second, longer where a single run of a program is.
 *
 * @param options.values what is known of the surface from an earlier attempt: its points, its centre and its checkpoints are no work
 * @throws UserError where the grid does not fit the plane; the signal's reason when it is aborted
 */
export async function estimateSurface(problem: LandscapeProblem, plane: Plane, grid: Grid, { values, checkpoints, ...options }: EstimateOptions): Promise<SurfaceEstimate> {
  const [estimate] = await estimateSurfaces(problem, plane, grid, [{ ...(values && { values }), ...(checkpoints !== undefined && { checkpoints }) }], options);
  return estimate!;
}

/** The same of several surfaces that differ in their centre and in what is to do: one is rehearsed for all. */
export async function estimateSurfaces(problem: LandscapeProblem, plane: Plane, grid: Grid, works: readonly SurfaceWork[], options: Omit<EstimateOptions, keyof SurfaceWork>): Promise<SurfaceEstimate[]> {
  checkGrid(plane, grid, options.adaptive);
  const evaluations = ({ values, checkpoints = 0 }: SurfaceWork): number => (values === undefined ? 1 + checkpoints : 0);
  const groups = ({ values }: SurfaceWork, { points }: Rehearsal): number => groupsOf(grid, options.adaptive, points.population, values);
  const secondsOf = (rehearsal: Rehearsal, work: SurfaceWork): number => rehearsal.seconds(groups(work, rehearsal), evaluations(work));
  const rehearsal = await begun(() => Rehearsal.begin(problem, plane, grid, options), (each) => works.reduce((sum, work) => sum + secondsOf(each, work), 0));
  try {
    await rehearsal.repeat();
    const { points } = rehearsal;
    return works.map((work) => ({
      points: pointCount(grid, options.adaptive),
      seconds: secondsOf(rehearsal, work),
      memoryBytes: points.memoryBytes + gridSize(grid) * points.quantities.length * Float64Array.BYTES_PER_ELEMENT,
      groups: groups(work, rehearsal),
      evaluations: evaluations(work),
    }));
  } finally {
    await rehearsal.dispose();
  }
}

/** A rehearsal whose start is as that of the surface will be. */
async function begun(begin: () => Promise<Rehearsal>, secondsOf: (rehearsal: Rehearsal) => number): Promise<Rehearsal> {
  const first = await begin();
  const quicker = first.startSeconds < SHORT || keptPrograms() !== undefined;
  if (!quicker || first.startSeconds < CONSIDERABLE * secondsOf(first)) return first;
  await first.dispose();
  return begin();
}

/** The evaluators of a surface, with what their making and their first runs took. */
class Rehearsal {
  #group = 0;
  #makingWeights = 0;
  #makingPoints = 0;

  private constructor(
    private readonly weights: WeightEvaluator,
    readonly points: PointEvaluator,
    private readonly grid: Grid,
    private readonly order: Int32Array,
    private readonly signal: AbortSignal | undefined,
  ) {}

  static async begin(problem: LandscapeProblem, plane: Plane, grid: Grid, { signal, adaptive, ...options }: Omit<EstimateOptions, keyof SurfaceWork>): Promise<Rehearsal> {
    const order = coarseToFine(grid);
    const start = performance.now();
    const weights = await WeightEvaluator.create(problem, options);
    const makingWeights = secondsSince(start);
    let rehearsal: Rehearsal | undefined;
    try {
      const again = performance.now();
      const points = PointEvaluator.create(problem, plane, options);
      rehearsal = new Rehearsal(weights, points, grid, adaptive ? order.slice(0, firstLattice(grid)) : order, signal);
      rehearsal.#makingWeights = makingWeights;
      rehearsal.#makingPoints = secondsSince(again);
      await weights.rehearse(signal);
      await rehearsal.evaluateGroup(1);
      return rehearsal;
    } catch (error) {
      await (rehearsal ?? weights).dispose();
      throw error;
    }
  }

  /** Repeats what is done again and again, until it is known well enough. */
  async repeat(): Promise<void> {
    const { points, weights } = this;
    const start = performance.now();
    do await weights.rehearse(this.signal);
    while (secondsSince(start) < MEASURED / 3);
    while (!points.isMeasured || secondsSince(start) < MEASURED) await this.evaluateGroup(points.groupSeconds! < LONG ? undefined : 1);
  }

  /** Seconds that are spent once. */
  get startSeconds(): number {
    return this.#makingWeights + this.weights.startSeconds + this.#makingPoints + this.points.startSeconds;
  }

  /** Seconds of so many groups and evaluations of whole weights. */
  seconds(groups: number, evaluations: number): number {
    const { weights, points } = this;
    const around = evaluations === 0 ? 0 : this.#makingWeights + weights.startSeconds + evaluations * weights.evaluationSeconds + points.centreSeconds!;
    return around + this.#makingPoints + (groups === 0 ? 0 : points.startSeconds + groups * points.groupSeconds!);
  }

  async dispose(): Promise<void> {
    await this.weights.dispose();
    await this.points.dispose();
  }

  /**
   * Evaluates a group of the surface's points, as they go together in it. Eigenvalues take more products at some points than at others: those that are taken lie
   * spread over the order in which points are computed (by multiples of the golden ratio).
   */
  private async evaluateGroup(batches: number | undefined): Promise<void> {
    const { order, points: { population, axes } } = this;
    const groups = Math.ceil(order.length / population);
    const at = Math.floor((((this.#group++ * (Math.sqrt(5) - 1)) / 2 + 0.5) % 1) * groups) * population;
    await this.points.evaluate(coordinatesOf(this.grid, axes, order.subarray(at, at + population)), { signal: this.signal, batches });
  }
}
