import { compileInParts, compileOptionsOf, type InterruptibleProgram, pickFeeds, secondsSince, Times } from '#core/runtime';
import { isCalibrated, WeightCalibration } from './calibration';
import type { Direction } from './directions';
import type { EvaluatorOptions } from './evaluator';
import type { PassOptions } from './population-program';
import type { LandscapeProblem } from './problem';
import { batchFeeds, displaced, finishSums, release, traceProblem, weightFeeds } from './traced-problem';

/** The program of a problem's quantities at given weights, and that of its statistics where these are taken anew. */
class WeightPrograms {
  readonly #times = new Times();

  private constructor(
    private readonly problem: LandscapeProblem,
    private readonly program: InterruptibleProgram,
    private readonly calibration: WeightCalibration | undefined,
  ) {}

  static async create(problem: LandscapeProblem, given: EvaluatorOptions): Promise<WeightPrograms> {
    const options = compileOptionsOf(given);
    return new WeightPrograms(problem, await compileInParts(traceProblem(problem), options), isCalibrated(problem) ? await WeightCalibration.create(problem, options) : undefined);
  }

  /** Seconds of the first runs that the others do not take. */
  get startSeconds(): number {
    return this.#times.extra + (this.calibration?.startSeconds ?? 0);
  }

  /** Seconds of all batches; 0 before the first run. */
  get passSeconds(): number {
    return this.problem.batches.length * (this.#times.usual ?? 0) + (this.calibration?.passSeconds ?? 0);
  }

  /** Sums over each batch at parameters (and buffers) by name, by quantity; those that are not named stand at the centre. */
  async *sums(named: Readonly<Record<string, Float32Array>>, options: PassOptions = {}): AsyncGenerator<Record<string, number>> {
    const weights = weightFeeds(this.problem, named);
    const feeds = { ...weights, ...(await this.calibration?.take(weights, options)) };
    for (const batch of this.problem.batches.slice(0, options.batches)) {
      options.signal?.throwIfAborted();
      const start = performance.now();
      const results = await this.program.run(pickFeeds({ ...feeds, ...batchFeeds(batch) }, this.program.graph), options.signal);
      const sums: Record<string, number> = {};
      for (const [name, array] of Object.entries(results)) sums[name] = Number((await array.read())[0]);
      release(results);
      this.#times.add(secondsSince(start));
      yield sums;
    }
  }

  async dispose(): Promise<void> {
    await this.program.dispose();
    await this.calibration?.dispose();
  }
}

/**
 * The quantities at given weights, one evaluation, without any plane: for the centre, for checkpoints of a trajectory, and
 * as the oracle of the surface.
 */
export class WeightEvaluator {
  private constructor(
    private readonly problem: LandscapeProblem,
    private readonly programs: WeightPrograms,
  ) {}

  static async create(problem: LandscapeProblem, options: EvaluatorOptions): Promise<WeightEvaluator> {
    return new WeightEvaluator(problem, await WeightPrograms.create(problem, options));
  }

  /** Seconds of the first runs that the others do not take, and of one evaluation, as far as they were measured. */
  get startSeconds(): number {
    return this.programs.startSeconds;
  }

  get evaluationSeconds(): number {
    return this.programs.passSeconds;
  }

  /** Evaluates one batch at the centre, to measure. */
  async rehearse(signal?: AbortSignal): Promise<void> {
    for await (const _ of this.programs.sums({}, { signal, batches: 1 })) continue;
  }

  /** Values at parameters (and buffers) by name; those that are not named stand at the centre. */
  async evaluate(weights: Readonly<Record<string, Float32Array>> = {}, signal?: AbortSignal): Promise<Record<string, number>> {
    const totals: Record<string, number> = {};
    for await (const sums of this.programs.sums(weights, { signal })) {
      for (const [name, sum] of Object.entries(sums)) totals[name] = (totals[name] ?? 0) + sum;
    }
    return Object.fromEntries(Object.entries(totals).map(([name, sum]) => [name, finishSums(this.problem, name, sum)]));
  }

  dispose(): Promise<void> {
    return this.programs.dispose();
  }
}

/** One quantity of each batch apart, at displaced weights. */
export class BatchEvaluator {
  private constructor(
    private readonly problem: LandscapeProblem,
    private readonly quantity: string,
    private readonly programs: WeightPrograms,
  ) {}

  static async create(problem: LandscapeProblem, quantity: string, options: EvaluatorOptions): Promise<BatchEvaluator> {
    return new BatchEvaluator(problem, quantity, await WeightPrograms.create(problem, options));
  }

  /** Means over the examples of each batch, `[batches]`, at the centre moved by `displacement`. */
  async evaluate(displacement?: Direction, signal?: AbortSignal): Promise<Float64Array> {
    const { batches } = this.problem;
    const means = new Float64Array(batches.length);
    let at = 0;
    for await (const sums of this.programs.sums(displaced(this.problem, displacement), { signal })) {
      means[at] = sums[this.quantity]! / batches[at]!.count;
      at++;
    }
    return means;
  }

  dispose(): Promise<void> {
    return this.programs.dispose();
  }
}
