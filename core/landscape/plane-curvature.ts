import { lanczos, type LinearOperator, norm, type ProblemInputs, problemSpecs, type Vector, xtrace } from '#core/curvature';
import { grad, type Graph, hvp, sizeOf, type Tensor, trace, UserError } from '#core/graph';
import { longestRun, secondsSince, sumIfKnown } from '#core/runtime';
import { calibratedInputs, isCalibrated, PlaneCalibration } from './calibration';
import { type CurvatureQuantity, RESIDUAL, type SurfaceCurvature, TRACE_INTERVAL, withCompanions } from './curvature-recipe';
import type { EvaluatorOptions, PointValues } from './evaluator';
import { JointProducts } from './joint-products';
import type { Plane } from './plane';
import { coordinateFeed, planeFeeds } from './plane-feeds';
import { populationGraphs } from './population';
import { type PassOptions, PopulationProgram } from './population-program';
import type { LandscapeProblem } from './problem';
import { weightFeeds } from './traced-problem';

type Tensors = Record<string, Tensor>;

/** Numbers of points that are taken together. */
const POPULATIONS = [4, 8, 16, 32];
/** Bytes that the points of one product may compute: more gains nothing and stops late. */
const MOST_BYTES = 2 ** 26;

const vectorName = (name: string): string => `vector.${name}`;

/**
 * The gradient and the Hessian of the loss at points of a plane, in all parameters, over all examples: exact, summed over batches in
 * float64. Many points at once: each runs its own Lanczos iteration, their products are made together. Statistics that are
 * taken anew at each point count as constants.
 */
export class PlaneCurvature {
  readonly quantities: readonly string[];
  /** How many points are taken together. */
  readonly population: number;
  readonly #names: readonly string[];
  readonly #dimension: number;
  /** Of all groups so far: how many, the products that they took, and the seconds that were spent between the programs' runs. */
  #groups = 0;
  #products = 0;
  #betweenSeconds = 0;
  #passSeconds = 0;

  private constructor(
    private readonly problem: LandscapeProblem,
    private readonly wanted: readonly CurvatureQuantity[],
    private readonly settings: SurfaceCurvature,
    private readonly terms: number,
    private readonly gradient: PopulationProgram | undefined,
    private readonly hessian: PopulationProgram | undefined,
    private readonly calibration: PlaneCalibration | undefined,
    private readonly precision: 'float32' | 'float64',
    memory: number,
    longest: number,
  ) {
    this.quantities = withCompanions(wanted);
    this.#names = Object.keys(problem.parameters);
    this.#dimension = Object.values(problem.parameters).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    const vectors = 4 * this.#dimension * (hessian ? settings.maxIterations + settings.products : 1);
    // A stop is heard between runs of a program.
    const operations = longest / Math.max(1, this.gradient?.pointOperations ?? 0, this.hessian?.pointOperations ?? 0);
    const fit = Math.min(operations, MOST_BYTES / Math.max(1, this.#programBytes), memory / 2 / vectors);
    this.population = POPULATIONS.findLast((size) => size <= fit) ?? 1;
  }

  static create(problem: LandscapeProblem, plane: Pick<Plane, 'directions'>, wanted: readonly CurvatureQuantity[], settings: SurfaceCurvature, options: EvaluatorOptions & { readonly memory: number }): PlaneCurvature {
    const { moving, planes, terms } = planeFeeds(problem, plane);
    const fixed = { ...weightFeeds(problem, {}), ...planes };
    const batches = problem.batches.map(({ x, y, mask }) => ({ 'batch.x': x, 'batch.y': y, 'batch.mask': mask }));
    const kept = { ...options, memory: options.memory / 4 };
    const statistics = calibratedInputs(problem);
    const program = (graph: Graph, own: Iterable<string>): PopulationProgram => new PopulationProgram(populationGraphs(graph, moving, terms, new Set([...statistics, ...own])), fixed, batches, kept);
    const wants = (name: CurvatureQuantity): boolean => wanted.includes(name);
    return new PlaneCurvature(
      problem,
      wanted,
      settings,
      terms,
      wants('gradient-norm') ? program(traceGradient(problem), []) : undefined,
      wants('top-eigenvalue') || wants('trace') ? program(traceHessian(problem), Object.keys(problem.parameters).map(vectorName)) : undefined,
      isCalibrated(problem) ? new PlaneCalibration(problem, plane, kept) : undefined,
      options.device === 'reference' ? 'float64' : 'float32',
      options.memory,
      longestRun(options.device),
    );
  }

  get #programBytes(): number {
    return Math.max(this.gradient?.pointBytes ?? 0, this.hessian?.pointBytes ?? 0, this.calibration?.pointBytes ?? 0);
  }

  /** Bytes that are needed besides the data: what is kept, the points taken together, and their Lanczos vectors. */
  get memoryBytes(): number {
    const kept = [this.gradient, this.hessian, this.calibration].reduce((sum, program) => sum + (program?.keptBytes ?? 0), 0);
    return kept + this.population * (this.#programBytes + 4 * this.#dimension * (this.settings.maxIterations + this.settings.products));
  }

  /** Seconds that are spent once, before a group of points takes what it usually takes. */
  get startSeconds(): number {
    return this.#programs.reduce((sum, program) => sum + program.startSeconds, 0);
  }

  /** Seconds of a group of points, with as many products as those so far took on average; `undefined` before. */
  get groupSeconds(): number | undefined {
    if (this.#groups === 0) return undefined;
    const { gradient, hessian, calibration } = this;
    const [products, between] = [this.#products / this.#groups, this.#betweenSeconds / this.#groups];
    return sumIfKnown(calibration ? calibration.passSeconds : 0, gradient ? gradient.passSeconds : 0, products * (hessian?.passSeconds ?? 0), between);
  }

  /** Whether `groupSeconds` rests on more than the first run of the program that takes longest. */
  get isMeasured(): boolean {
    return (this.hessian ?? this.gradient)?.isMeasured ?? true;
  }

  get #programs(): (PopulationProgram | PlaneCalibration)[] {
    return [this.gradient, this.hessian, this.calibration].filter((program) => program !== undefined);
  }

  /**
   * Values at up to `population` points `[n, axes]`; infinite where the loss has no finite derivatives.
   * Throws the signal's reason when it is aborted, between two batches of data.
   *
   * @param options.batches the curvature of so many batches only: to measure
   */
  async evaluate(coordinates: Float64Array, options: PassOptions = {}): Promise<PointValues> {
    const count = coordinates.length / (this.terms - 1);
    if (count > this.population) throw new Error(`${count} points were asked for, ${this.population} fit`);
    const start = performance.now();
    this.#passSeconds = 0;
    const feed = coordinateFeed(coordinates, this.population, this.terms);
    const statistics = this.calibration && (await this.#timed(this.calibration.take(coordinates, this.population, options)));
    const values: PointValues = Object.fromEntries(this.quantities.map((name) => [name, new Float64Array(count).fill(Infinity)]));
    if (this.gradient) {
      const gradients = await this.#vectors(this.gradient, feed, { ...statistics }, options);
      for (let p = 0; p < count; p++) values['gradient-norm']![p] = finite(norm(gradients[p]!));
    }
    if (this.hessian) await this.#hessianFigures(this.hessian, feed, { ...statistics }, values, options);
    this.#groups += 1;
    this.#betweenSeconds += secondsSince(start) - this.#passSeconds;
    return values;
  }

  async dispose(): Promise<void> {
    await this.gradient?.dispose();
    await this.hessian?.dispose();
    await this.calibration?.dispose();
  }

  async #hessianFigures(program: PopulationProgram, feed: Float32Array, statistics: Record<string, Float32Array>, values: PointValues, options: PassOptions): Promise<void> {
    const { signal } = options;
    const { tolerance, maxIterations, products, seed } = this.settings;
    const count = values[this.quantities[0]!]!.length;
    const joint = new JointProducts(count, (vectors) => {
      this.#products += 1;
      return this.#vectors(program, feed, { ...statistics, ...this.#pack(vectors) }, options);
    });
    const aborting = signal && { signal };
    await joint.run({ name: 'hessian', dimension: this.#dimension, precision: this.precision }, async (operator, p) => {
      try {
        if (this.wanted.includes('top-eigenvalue')) {
          let size = 0;
          const { largest: [top] } = await lanczos(operator, { tolerance, maxIterations, seed, ...aborting, onIteration: ({ largest = 0, smallest = 0 }) => (size = Math.max(Math.abs(largest), Math.abs(smallest))) });
          values['top-eigenvalue']![p] = finite(top!.value);
          values[RESIDUAL]![p] = size === 0 ? 0 : finite(top!.residual / size);
        }
        if (this.wanted.includes('trace')) {
          const { value, half } = await traceOf(operator, products, seed, signal);
          values['trace']![p] = finite(value);
          values[TRACE_INTERVAL]![p] = finite(half);
        }
      } catch (error) {
        // A hole of the loss is one of its curvature; it says so by staying infinite.
        if (!(error instanceof UserError && error.code === 'curvature.not-finite')) throw error;
      }
    });
  }

  /** One vector of each point, parameter by parameter, as the program is fed; zeros for points that wait for none. */
  #pack(vectors: readonly (Vector | undefined)[]): Record<string, Vector> {
    const feeds: Record<string, Vector> = {};
    let offset = 0;
    for (const name of this.#names) {
      const size = sizeOf(this.problem.parameters[name]!.shape);
      const packed = this.precision === 'float32' ? new Float32Array(size * this.population) : new Float64Array(size * this.population);
      vectors.forEach((vector, p) => {
        if (vector) packed.set(vector.subarray(offset, offset + size), p * size);
      });
      feeds[vectorName(name)] = packed;
      offset += size;
    }
    return feeds;
  }

  /** Results of a program, one vector in the parameters for each point, as means over the examples. */
  async #vectors(program: PopulationProgram, feed: Float32Array, own: Record<string, Vector>, options: PassOptions): Promise<Vector[]> {
    const sums = Array.from({ length: this.population }, () => new Float64Array(this.#dimension));
    await this.#timed(program.pass(this.population, feed, own, async (results) => {
      let offset = 0;
      for (const name of this.#names) {
        const found = (await results[name]!.read()) as Vector;
        const size = found.length / this.population;
        sums.forEach((sum, p) => {
          for (let i = 0; i < size; i++) sum[offset + i]! += found[p * size + i]!;
        });
        offset += size;
      }
    }, options));
    const examples = this.problem.batches.slice(0, options.batches).reduce((total, { count }) => total + count, 0);
    return sums.map((sum) => (this.precision === 'float32' ? Float32Array.from(sum, (value) => value / examples) : sum.map((value) => value / examples)));
  }

  /** Waits for a pass of a program, whose seconds are no others'. */
  async #timed<T>(pass: Promise<T>): Promise<T> {
    const start = performance.now();
    const result = await pass;
    this.#passSeconds += secondsSince(start);
    return result;
  }
}

const finite = (value: number): number => (Number.isFinite(value) ? value : Infinity);

/** The trace and the half width of its 95 % interval: exact where the products reach for every coordinate, else by XTrace. */
async function traceOf(operator: LinearOperator, products: number, seed: number, signal: AbortSignal | undefined): Promise<{ value: number; half: number }> {
  const aborting = signal && { signal };
  if (operator.dimension <= products) {
    let value = 0;
    for (let i = 0; i < operator.dimension; i++) {
      const unit = operator.precision === 'float32' ? new Float32Array(operator.dimension) : new Float64Array(operator.dimension);
      unit[i] = 1;
      value += (await operator.apply([unit], aborting))[0]![i]!;
    }
    return { value, half: 0 };
  }
  const { value, interval } = await xtrace(operator, { products, seed, ...aborting });
  return { value, half: (interval[1] - interval[0]) / 2 };
}

const lossOf = (problem: LandscapeProblem, { buffers, batch }: ProblemInputs) => (parameters: Tensors): Tensor => problem.evaluate(parameters, buffers, batch)['loss']!;

/** Gradient of the loss's sum over a batch, by parameter. */
const traceGradient = (problem: LandscapeProblem): Graph =>
  trace((tensors: ProblemInputs) => grad(lossOf(problem, tensors))(tensors.parameters), problemSpecs(problem));

/** Hessian of the loss's sum over a batch times `vector`, by parameter. */
function traceHessian(problem: LandscapeProblem): Graph {
  const specs = problemSpecs(problem);
  return trace(({ vector, ...args }: ProblemInputs & { vector: Tensors }) => hvp(lossOf(problem, args))(args.parameters, vector), { ...specs, vector: specs.parameters });
}
