import type { DeviceId } from '#core/runtime';
import { calibratedInputs, isCalibrated, PlaneCalibration } from './calibration';
import type { Plane } from './plane';
import { coordinateFeed, planeFeeds } from './plane-feeds';
import { populationGraphs } from './population';
import { PopulationProgram } from './population-program';
import type { LandscapeProblem } from './problem';
import { finishSums, release, traceProblem, weightFeeds } from './traced-problem';

export interface EvaluatorOptions {
  readonly device: DeviceId;
  readonly threads?: number;
  /** Memory for what is kept between points and for the points evaluated together, in bytes. */
  readonly memory?: number;
}

/** Values of some points: `values[quantity][i]` belongs to the i-th point that was asked for. */
export type PointValues = Record<string, Float64Array>;

export const DEFAULT_MEMORY = 2 ** 30;
/**
 * Numbers of points that are tried together, and the longest a program may run so that a stop acts within a second. Never one alone
 * where four fit: a product with few rows is summed in another order, and a picture's last bits must not depend on how busy the machine
 * was when the number of points was chosen.
 */
const POPULATIONS = [4, 8, 16, 32, 64];
const LONGEST_RUN = 0.3;

/**
 * Evaluates points of a line, a plane or a volume, many at once. Holds compiled programs and what they share; `dispose` gives it back.
 */
export class PlaneEvaluator {
  private readonly secondsAPoint = new Map<number, number>();
  private current = 0;
  /** Whether larger populations are still being tried. */
  climbing = true;
  private readonly sizes: readonly number[];

  private constructor(
    private readonly problem: LandscapeProblem,
    private readonly program: PopulationProgram,
    private readonly calibration: PlaneCalibration | undefined,
    private readonly terms: number,
    readonly quantities: readonly string[],
    memory: number,
    mostPoints: number,
  ) {
    const largest = Math.min(mostPoints, Math.floor(memory / 2 / Math.max(this.pointBytes, 1)));
    this.sizes = largest < POPULATIONS[0]! ? [1] : POPULATIONS.filter((size) => size <= largest);
  }

  static create(problem: LandscapeProblem, plane: Pick<Plane, 'directions'>, options: EvaluatorOptions & { readonly mostPoints?: number }): PlaneEvaluator {
    const graph = traceProblem(problem);
    const { memory = DEFAULT_MEMORY, mostPoints = Infinity, ...compileOptions } = options;
    const { moving, planes, terms } = planeFeeds(problem, plane);
    const quantities = graph.outputs.map(({ name }) => name);
    const kept = { ...compileOptions, memory: memory / (isCalibrated(problem) ? 4 : 2) };
    const batches = problem.batches.map(({ x, y, mask }) => ({ 'batch.x': x, 'batch.y': y, 'batch.mask': mask }));
    const program = new PopulationProgram(populationGraphs(graph, moving, terms, calibratedInputs(problem)), { ...weightFeeds(problem, {}), ...planes }, batches, kept);
    const calibration = isCalibrated(problem) ? new PlaneCalibration(problem, plane, kept) : undefined;
    return new PlaneEvaluator(problem, program, calibration, terms, quantities, memory, mostPoints);
  }

  /** Bytes that the evaluation needs besides the data: what is kept for all points, and the points evaluated together. */
  get memoryBytes(): number {
    return this.program.keptBytes + (this.calibration?.keptBytes ?? 0) + this.pointBytes * this.population;
  }

  private get pointBytes(): number {
    return Math.max(this.program.pointBytes, this.calibration?.pointBytes ?? 0);
  }

  /** Seconds that one point takes at the best number of points found so far; `undefined` before the first. */
  get pointSeconds(): number | undefined {
    return this.secondsAPoint.size === 0 ? undefined : Math.min(...this.secondsAPoint.values());
  }

  /** Coordinates of a point: the number of directions. */
  get axes(): number {
    return this.terms - 1;
  }

  /** How many points the next call should bring: grows while larger populations are faster. */
  get population(): number {
    return this.sizes[this.current]!;
  }

  /**
   * Values at up to `population` points. `coordinates` is `[n, axes]`, one number a direction.
   * Throws the signal's reason when it is aborted, between two batches of data.
   */
  async evaluate(coordinates: Float64Array, signal?: AbortSignal): Promise<PointValues> {
    const { axes } = this;
    const count = coordinates.length / axes;
    const population = this.population;
    if (count > population) throw new Error(`${count} points were asked for, ${population} fit`);
    const fresh = this.program.isFresh(population);
    const feed = coordinateFeed(coordinates, population, this.terms);
    const sums = Object.fromEntries(this.quantities.map((name) => [name, new Float64Array(count)]));
    let longest = 0;
    const start = performance.now();
    const statistics = await this.calibration?.take(coordinates, population, signal);
    for (let batch = 0; batch < this.problem.batches.length; batch++) {
      signal?.throwIfAborted();
      const runStart = performance.now();
      const results = await this.program.run(population, feed, batch, statistics);
      for (const name of this.quantities) {
        const values = await results[name]!.read();
        const sum = sums[name]!;
        for (let p = 0; p < count; p++) sum[p]! += Number(values[p]);
      }
      release(results);
      longest = Math.max(longest, (performance.now() - runStart) / 1000);
    }
    if (!fresh && count === population) this.learn(population, (performance.now() - start) / 1000 / count, longest);
    return Object.fromEntries(
      Object.entries(sums).map(([name, values]) => [name, values.map((sum) => finishSums(this.problem, name, sum))]),
    );
  }

  async dispose(): Promise<void> {
    await this.program.dispose();
    await this.calibration?.dispose();
  }

  /** Climbs to larger populations while they are faster and short enough, then settles on the fastest. */
  private learn(population: number, seconds: number, longest: number): void {
    this.secondsAPoint.set(population, Math.min(seconds, this.secondsAPoint.get(population) ?? Infinity));
    const best = Math.min(...this.secondsAPoint.values());
    const next = this.sizes[this.current + 1];
    const worthTrying = next !== undefined && !this.secondsAPoint.has(next) && longest * (next / population) < LONGEST_RUN;
    // A little slower may be noise of a busy machine: one more step is cheap, a wrong place to settle is not.
    if (this.climbing && worthTrying && seconds <= best * 1.15) this.current += 1;
    else {
      this.climbing = false;
      this.current = this.sizes.findIndex((size) => this.secondsAPoint.get(size) === best);
    }
  }
}
