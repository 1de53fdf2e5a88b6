import { bytesPerElement, type Tensor, topologicalOrder } from '#core/graph';
import { compile, type DeviceArray, type DeviceId, type Feed, type Program } from '#core/runtime';
import type { Plane } from './plane';
import { COORDINATES, planeName, type PopulationGraphs, populationGraphs } from './population';
import type { LandscapeBatch, LandscapeProblem } from './problem';
import { finishSums, pick, release, traceProblem, weightFeeds } from './traced-problem';

export interface EvaluatorOptions {
  readonly device: DeviceId;
  readonly threads?: number;
  /** Memory for what is kept between points and for the points evaluated together, in bytes. */
  readonly memory?: number;
}

/** Values of some points: `values[quantity][i]` belongs to the i-th point that was asked for. */
export type PointValues = Record<string, Float64Array>;

const DEFAULT_MEMORY = 2 ** 30;
/** Numbers of points that are tried together, and the longest a program may run so that a stop acts within a second. */
const POPULATIONS = [1, 4, 8, 16, 32, 64];
const LONGEST_RUN = 0.3;

/**
 * Evaluates points of a line, a plane or a volume, many at once. Holds compiled programs and what they share; `dispose` gives it back.
 */
export class PlaneEvaluator {
  private readonly programs = new Map<number, Program>();
  private readonly kept: (Record<string, DeviceArray> | undefined)[];
  private readonly secondsAPoint = new Map<number, number>();
  private prepare: Program | undefined;
  private current = 0;
  /** Whether larger populations are still being tried. */
  climbing = true;
  private readonly largest: number;
  private readonly keptBatches: number;
  private readonly still: Record<string, Feed>;

  private constructor(
    private readonly problem: LandscapeProblem,
    private readonly graphs: PopulationGraphs,
    private readonly planes: Readonly<Record<string, Float32Array>>,
    private readonly terms: number,
    readonly quantities: readonly string[],
    private readonly options: EvaluatorOptions,
  ) {
    this.kept = problem.batches.map(() => undefined);
    const memory = options.memory ?? DEFAULT_MEMORY;
    const preparedBytes = sizeInBytes(graphs.prepare.outputs.map(({ tensor }) => tensor));
    this.keptBatches = preparedBytes === 0 ? problem.batches.length : Math.floor(memory / 2 / preparedBytes);
    const onePoint = sizeInBytes(topologicalOrder(graphs.main(1).outputs.map(({ tensor }) => tensor)).filter(({ inputs }) => inputs.length > 0));
    this.largest = Math.max(1, Math.floor(memory / 2 / Math.max(onePoint, 1)));
    this.still = weightFeeds(problem, {});
  }

  static create(problem: LandscapeProblem, plane: Pick<Plane, 'directions'>, options: EvaluatorOptions): PlaneEvaluator {
    const graph = traceProblem(problem);
    const planes: Record<string, Float32Array> = {};
    const moving = new Set<string>();
    for (const [name, { data }] of Object.entries(problem.parameters)) {
      if (plane.directions.every((direction) => direction[name]?.every((value) => value === 0) ?? true)) continue;
      const stacked = new Float32Array(data.length * (1 + plane.directions.length));
      stacked.set(data);
      plane.directions.forEach((direction, k) => stacked.set(direction[name] ?? new Float32Array(data.length), data.length * (k + 1)));
      moving.add(`parameters.${name}`);
      planes[planeName(`parameters.${name}`)] = stacked;
    }
    const terms = 1 + plane.directions.length;
    const quantities = graph.outputs.map(({ name }) => name);
    return new PlaneEvaluator(problem, populationGraphs(graph, moving, terms), planes, terms, quantities, options);
  }

  /** Bytes that the evaluation needs besides the data: what is kept for all points, and the points evaluated together. */
  get memoryBytes(): number {
    const prepared = sizeInBytes(this.graphs.prepare.outputs.map(({ tensor }) => tensor));
    const onePoint = sizeInBytes(topologicalOrder(this.graphs.main(1).outputs.map(({ tensor }) => tensor)));
    return prepared * Math.min(this.keptBatches, this.problem.batches.length) + onePoint * (POPULATIONS[this.current] ?? 1);
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
    return POPULATIONS[this.current]!;
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
    const fresh = !this.programs.has(population);
    const program = await this.program(population);
    const feed = new Float32Array(population * this.terms);
    for (let p = 0; p < population; p++) {
      // Places that are left over repeat the last point.
      const from = Math.min(p, count - 1) * axes;
      feed[p * this.terms] = 1;
      for (let k = 1; k < this.terms; k++) feed[p * this.terms + k] = coordinates[from + k - 1]!;
    }
    const sums = Object.fromEntries(this.quantities.map((name) => [name, new Float64Array(count)]));
    let longest = 0;
    const start = performance.now();
    for (const [index, batch] of this.problem.batches.entries()) {
      signal?.throwIfAborted();
      const runStart = performance.now();
      await this.addBatch(program, index, batch, feed, sums);
      longest = Math.max(longest, (performance.now() - runStart) / 1000);
    }
    if (!fresh && count === population) this.learn(population, (performance.now() - start) / 1000 / count, longest);
    return Object.fromEntries(
      Object.entries(sums).map(([name, values]) => [name, values.map((sum) => finishSums(this.problem, name, sum))]),
    );
  }

  async dispose(): Promise<void> {
    for (const arrays of this.kept) release(arrays);
    this.kept.fill(undefined);
    for (const program of this.programs.values()) await program.dispose();
    await this.prepare?.dispose();
    this.programs.clear();
    this.prepare = undefined;
  }

  private async addBatch(program: Program, index: number, batch: LandscapeBatch, coordinates: Float32Array, sums: PointValues): Promise<void> {
    const feeds: Record<string, Feed> = { ...this.still, ...this.planes, 'batch.x': batch.x, 'batch.y': batch.y, 'batch.mask': batch.mask };
    const prepared = this.kept[index] ?? (await this.prepared(feeds));
    if (index < this.keptBatches) this.kept[index] = prepared;
    try {
      const results = await program.run(pick({ ...feeds, ...prepared, [COORDINATES]: coordinates }, program.graph));
      for (const name of this.quantities) {
        const values = await results[name]!.read();
        const sum = sums[name]!;
        for (let p = 0; p < sum.length; p++) sum[p]! += Number(values[p]);
      }
      release(results);
    } finally {
      if (this.kept[index] !== prepared) release(prepared);
    }
  }

  private async prepared(feeds: Readonly<Record<string, Feed>>): Promise<Record<string, DeviceArray>> {
    if (this.graphs.prepare.outputs.length === 0) return {};
    this.prepare ??= await compile(this.graphs.prepare, this.compileOptions());
    return this.prepare.run(pick(feeds, this.graphs.prepare));
  }

  private async program(population: number): Promise<Program> {
    const known = this.programs.get(population);
    if (known !== undefined) return known;
    const program = await compile(this.graphs.main(population), this.compileOptions());
    this.programs.set(population, program);
    return program;
  }

  private compileOptions(): { device: DeviceId; threads?: number } {
    const { device, threads } = this.options;
    return threads === undefined ? { device } : { device, threads };
  }

  /** Climbs to larger populations while they are faster and short enough, then settles on the fastest. */
  private learn(population: number, seconds: number, longest: number): void {
    this.secondsAPoint.set(population, Math.min(seconds, this.secondsAPoint.get(population) ?? Infinity));
    const best = Math.min(...this.secondsAPoint.values());
    const next = POPULATIONS[this.current + 1];
    const worthTrying = next !== undefined && next <= this.largest && !this.secondsAPoint.has(next) && longest * (next / population) < LONGEST_RUN;
    // A little slower may be noise of a busy machine: one more step is cheap, a wrong place to settle is not.
    if (this.climbing && worthTrying && seconds <= best * 1.15) this.current += 1;
    else {
      this.climbing = false;
      this.current = POPULATIONS.findIndex((size) => this.secondsAPoint.get(size) === best);
    }
  }
}

const sizeInBytes = (tensors: readonly Tensor[]): number => tensors.reduce((sum, { size, dtype }) => sum + size * bytesPerElement(dtype), 0);
