import { type Graph, spec, specsOf, type Tensor, trace } from '#core/graph';
import { compileInParts, type CompileOptions, compileOptionsOf, type DeviceArray, type Feed, type InterruptibleProgram, pickFeeds, secondsSince, Times } from '#core/runtime';
import { coordinateFeed, planeFeeds, type PlaneFeeds } from './plane-feeds';
import type { Plane } from './plane';
import { populationGraphs } from './population';
import { type PassOptions, PopulationProgram, type PopulationProgramOptions } from './population-program';
import type { Calibration, LandscapeProblem } from './problem';
import { release, weightFeeds } from './traced-problem';

type Calibrated = LandscapeProblem & { readonly calibration: Calibration };

/** Whether a problem takes its buffers anew at every point. */
export const isCalibrated = (problem: LandscapeProblem): problem is Calibrated => problem.calibration !== undefined;

/** Names of the programs' inputs that hold statistics taken anew. */
export const calibratedInputs = ({ calibration }: LandscapeProblem): ReadonlySet<string> => new Set(calibration?.names.map((name) => `buffers.${name}`));

function traceStatistics({ parameters, buffers, calibration }: Calibrated): Graph {
  return trace(
    (args: { parameters: Record<string, Tensor>; buffers: Record<string, Tensor>; batch: { x: Tensor } }) => {
      const found = calibration.statistics(args.parameters, args.buffers, args.batch.x);
      return { buffers: Object.fromEntries(calibration.names.map((name) => [name, found[name]!])) };
    },
    { parameters: specsOf(parameters), buffers: specsOf(buffers), batch: { x: spec(calibration.x.shape, calibration.x.dtype) } },
  );
}

/** Sums of what batches say, and their mean as it is fed. */
class StatisticsMean {
  private readonly sums = new Map<string, Float64Array>();
  private batches = 0;

  async add(results: Readonly<Record<string, DeviceArray>>): Promise<void> {
    for (const [name, array] of Object.entries(results)) {
      const values = await array.read();
      const sum = this.sums.get(name) ?? new Float64Array(values.length);
      for (let i = 0; i < sum.length; i++) sum[i]! += Number(values[i]);
      this.sums.set(name, sum);
    }
    this.batches++;
  }

  get feeds(): Record<string, Float32Array> {
    return Object.fromEntries([...this.sums].map(([name, sum]) => [name, Float32Array.from(sum, (value) => value / this.batches)]));
  }
}

/**
 * BatchNorm's statistics of many points of a plane, each from the network with that point's weights: the mean over the batches of
 * each batch's mean and unbiased variance (Izmailov, Podoprikhin, Garipov, Vetrov, Wilson 2018, "Averaging weights leads to wider
 * optima", section 3.2; Garipov et al. 2018 do the same along their curves).
 */
export class PlaneCalibration {
  private readonly program: PopulationProgram;
  private readonly feeds: PlaneFeeds;

  constructor(problem: Calibrated, plane: Pick<Plane, 'directions'>, options: PopulationProgramOptions) {
    this.feeds = planeFeeds(problem, plane);
    const graphs = populationGraphs(traceStatistics(problem), this.feeds.moving, this.feeds.terms);
    const batches = problem.calibration.batches.map(({ x }) => ({ 'batch.x': x }));
    this.program = new PopulationProgram(graphs, { ...weightFeeds(problem, {}), ...this.feeds.planes }, batches, options);
  }

  get keptBytes(): number {
    return this.program.keptBytes;
  }

  get pointBytes(): number {
    return this.program.pointBytes;
  }

  /** See `PopulationProgram`. */
  get startSeconds(): number {
    return this.program.startSeconds;
  }

  get passSeconds(): number | undefined {
    return this.program.passSeconds;
  }

  get isMeasured(): boolean {
    return this.program.isMeasured;
  }

  /** Statistics at the points `[n, axes]`, by the name of their input, `[population, ...]`. */
  async take(coordinates: Float64Array, population: number, options?: PassOptions): Promise<Record<string, Float32Array>> {
    const feed = coordinateFeed(coordinates, population, this.feeds.terms);
    const mean = new StatisticsMean();
    await this.program.pass(population, feed, {}, (results) => mean.add(results), options);
    return mean.feeds;
  }

  dispose(): Promise<void> {
    return this.program.dispose();
  }
}

/** The same at given weights, without any plane. */
export class WeightCalibration {
  readonly #times = new Times();

  private constructor(
    private readonly problem: Calibrated,
    private readonly program: InterruptibleProgram,
  ) {}

  static async create(problem: Calibrated, options: CompileOptions): Promise<WeightCalibration> {
    return new WeightCalibration(problem, await compileInParts(traceStatistics(problem), compileOptionsOf(options)));
  }

  /** Seconds of the first run that the others do not take; of a pass over all batches. */
  get startSeconds(): number {
    return this.#times.extra;
  }

  get passSeconds(): number {
    return this.problem.calibration.batches.length * (this.#times.usual ?? 0);
  }

  /** Statistics by the name of their input. @param weights feeds of parameters and buffers */
  async take(weights: Readonly<Record<string, Feed>>, { signal, batches }: PassOptions = {}): Promise<Record<string, Float32Array>> {
    const mean = new StatisticsMean();
    for (const { x } of this.problem.calibration.batches.slice(0, batches)) {
      signal?.throwIfAborted();
      const start = performance.now();
      const results = await this.program.run(pickFeeds({ ...weights, 'batch.x': x }, this.program.graph), signal);
      await mean.add(results);
      release(results);
      this.#times.add(secondsSince(start));
    }
    return mean.feeds;
  }

  dispose(): Promise<void> {
    return this.program.dispose();
  }
}

/** The statistics at given weights, once. */
async function statisticsAt(problem: Calibrated, weights: Readonly<Record<string, Feed>>, options: CompileOptions & { readonly signal?: AbortSignal }): Promise<Record<string, Float32Array>> {
  const calibration = await WeightCalibration.create(problem, options);
  try {
    return await calibration.take(weights, options);
  } finally {
    await calibration.dispose();
  }
}

/** A network's buffers at weights (those that are not named stand at the centre): the ones that a problem takes anew, taken there; the others as they are. */
export async function buffersAt(problem: LandscapeProblem, weights: Readonly<Record<string, Float32Array>>, options: CompileOptions & { readonly signal?: AbortSignal }): Promise<LandscapeProblem['buffers']> {
  if (!isCalibrated(problem)) return problem.buffers;
  const taken = await statisticsAt(problem, weightFeeds(problem, weights), options);
  return Object.fromEntries(Object.entries(problem.buffers).map(([name, buffer]) => [name, { ...buffer, data: taken[`buffers.${name}`] ?? buffer.data }]));
}
