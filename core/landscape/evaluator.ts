import { type DeviceId, longestRun } from '#core/runtime';
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
 * Numbers of points that go together. Which of them is counted, not measured: sums are made in another order for another number of points, and a picture's last bits must not
 * depend on how busy the machine was.
 */
const POPULATIONS = [1, 2, 4, 8, 16, 32, 64];

/**
 * Evaluates points of a line, a plane or a volume, many at once. Holds compiled programs and what they share; `dispose` gives it back.
 */
export class PlaneEvaluator {
  /** How many points go through the programs together; a call brings at most so many. */
  readonly population: number;
  private measured = { seconds: 0, points: 0 };

  private constructor(
    private readonly problem: LandscapeProblem,
    private readonly program: PopulationProgram,
    private readonly calibration: PlaneCalibration | undefined,
    private readonly terms: number,
    readonly quantities: readonly string[],
    memory: number,
    operations: number,
    mostPoints: number,
  ) {
    const largest = Math.min(mostPoints, memory / 2 / Math.max(this.pointBytes, 1), operations / Math.max(this.program.pointOperations, 1));
    this.population = POPULATIONS.findLast((size) => size <= largest) ?? 1;
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
    return new PlaneEvaluator(problem, program, calibration, terms, quantities, memory, longestRun(options.device), mostPoints);
  }

  /** Bytes that the evaluation needs besides the data: what is kept for all points, and the points evaluated together. */
  get memoryBytes(): number {
    return this.program.keptBytes + (this.calibration?.keptBytes ?? 0) + this.pointBytes * this.population;
  }

  private get pointBytes(): number {
    return Math.max(this.program.pointBytes, this.calibration?.pointBytes ?? 0);
  }

  /** Mean seconds of a point so far, without those that waited for a program; `undefined` before. */
  get pointSeconds(): number | undefined {
    const { seconds, points } = this.measured;
    return points === 0 ? undefined : seconds / points;
  }

  /** Coordinates of a point: the number of directions. */
  get axes(): number {
    return this.terms - 1;
  }

  /**
   * Values at up to `population` points. `coordinates` is `[n, axes]`, one number a direction.
   * Throws the signal's reason when it is aborted, between two batches of data.
   */
  async evaluate(coordinates: Float64Array, signal?: AbortSignal): Promise<PointValues> {
    const { axes, population } = this;
    const count = coordinates.length / axes;
    if (count > population) throw new Error(`${count} points were asked for, ${population} fit`);
    const fresh = this.program.isFresh(population);
    const feed = coordinateFeed(coordinates, population, this.terms);
    const sums = Object.fromEntries(this.quantities.map((name) => [name, new Float64Array(count)]));
    const start = performance.now();
    const statistics = await this.calibration?.take(coordinates, population, signal);
    for (let batch = 0; batch < this.problem.batches.length; batch++) {
      signal?.throwIfAborted();
      const results = await this.program.run(population, feed, batch, statistics);
      for (const name of this.quantities) {
        const values = await results[name]!.read();
        const sum = sums[name]!;
        for (let p = 0; p < count; p++) sum[p]! += Number(values[p]);
      }
      release(results);
    }
    if (!fresh) {
      this.measured.seconds += (performance.now() - start) / 1000;
      this.measured.points += count;
    }
    return Object.fromEntries(
      Object.entries(sums).map(([name, values]) => [name, values.map((sum) => finishSums(this.problem, name, sum))]),
    );
  }

  async dispose(): Promise<void> {
    await this.program.dispose();
    await this.calibration?.dispose();
  }
}
