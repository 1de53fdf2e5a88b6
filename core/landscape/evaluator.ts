import { type DeviceId, longestRun, sumIfKnown } from '#core/runtime';
import { calibratedInputs, isCalibrated, PlaneCalibration } from './calibration';
import type { Plane } from './plane';
import { coordinateFeed, planeFeeds } from './plane-feeds';
import { populationGraphs } from './population';
import { type PassOptions, PopulationProgram } from './population-program';
import type { LandscapeProblem } from './problem';
import { finishSums, traceProblem, weightFeeds } from './traced-problem';

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

  /** Seconds that are spent once, before a group of points takes what it usually takes: known when one was evaluated. */
  get startSeconds(): number {
    return this.program.startSeconds + (this.calibration?.startSeconds ?? 0);
  }

  /** Seconds of a group of points, however many of its places are filled; `undefined` before anything was evaluated. */
  get groupSeconds(): number | undefined {
    return sumIfKnown(this.program.passSeconds, this.calibration ? this.calibration.passSeconds : 0);
  }

  /** Whether `groupSeconds` rests on more than the first run of each program. */
  get isMeasured(): boolean {
    return this.program.isMeasured && (this.calibration?.isMeasured ?? true);
  }

  /** Coordinates of a point: the number of directions. */
  get axes(): number {
    return this.terms - 1;
  }

  /**
   * Values at up to `population` points. `coordinates` is `[n, axes]`, one number a direction.
   * Throws the signal's reason when it is aborted, between two batches of data.
   *
   * @param options.batches only so many batches: to measure; the values are then of no account
   */
  async evaluate(coordinates: Float64Array, options: PassOptions = {}): Promise<PointValues> {
    const { axes, population } = this;
    const count = coordinates.length / axes;
    if (count > population) throw new Error(`${count} points were asked for, ${population} fit`);
    const feed = coordinateFeed(coordinates, population, this.terms);
    const sums = Object.fromEntries(this.quantities.map((name) => [name, new Float64Array(count)]));
    const statistics = await this.calibration?.take(coordinates, population, options);
    await this.program.pass(population, feed, { ...statistics }, async (results) => {
      for (const name of this.quantities) {
        const values = await results[name]!.read();
        const sum = sums[name]!;
        for (let p = 0; p < count; p++) sum[p]! += Number(values[p]);
      }
    }, options);
    return Object.fromEntries(
      Object.entries(sums).map(([name, values]) => [name, values.map((sum) => finishSums(this.problem, name, sum))]),
    );
  }

  async dispose(): Promise<void> {
    await this.program.dispose();
    await this.calibration?.dispose();
  }
}
