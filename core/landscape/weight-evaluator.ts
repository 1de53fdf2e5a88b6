import { compile, type Program } from '#core/runtime';
import type { Direction } from './directions';
import type { EvaluatorOptions } from './evaluator';
import type { LandscapeProblem } from './problem';
import { finishSums, pick, release, traceProblem, weightFeeds } from './traced-problem';

/**
 * The quantities at given weights, one evaluation, without any plane: for the centre, for checkpoints of a trajectory, and
 * as the oracle of the surface.
 */
export class WeightEvaluator {
  private constructor(
    private readonly problem: LandscapeProblem,
    private readonly program: Program,
  ) {}

  static async create(problem: LandscapeProblem, options: EvaluatorOptions): Promise<WeightEvaluator> {
    const { device, threads } = options;
    return new WeightEvaluator(problem, await compile(traceProblem(problem), threads === undefined ? { device } : { device, threads }));
  }

  /** Values at `parameters`; those that are not named stand at the centre. */
  async evaluate(parameters: Readonly<Record<string, Float32Array>> = {}, signal?: AbortSignal): Promise<Record<string, number>> {
    const feeds = weightFeeds(this.problem, parameters);
    const sums: Record<string, number> = {};
    for (const batch of this.problem.batches) {
      signal?.throwIfAborted();
      const results = await this.program.run(pick({ ...feeds, 'batch.x': batch.x, 'batch.y': batch.y, 'batch.mask': batch.mask }, this.program.graph));
      for (const [name, array] of Object.entries(results)) sums[name] = (sums[name] ?? 0) + Number((await array.read())[0]);
      release(results);
    }
    return Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, finishSums(this.problem, name, sum)]));
  }

  dispose(): Promise<void> {
    return this.program.dispose();
  }
}

/** One quantity of each batch apart, at displaced weights. */
export class BatchEvaluator {
  private constructor(
    private readonly problem: LandscapeProblem,
    private readonly quantity: string,
    private readonly program: Program,
  ) {}

  static async create(problem: LandscapeProblem, quantity: string, { device, threads }: EvaluatorOptions): Promise<BatchEvaluator> {
    return new BatchEvaluator(problem, quantity, await compile(traceProblem(problem), threads === undefined ? { device } : { device, threads }));
  }

  /** Means over the examples of each batch, `[batches]`, at the centre moved by `displacement`. */
  async evaluate(displacement?: Direction, signal?: AbortSignal): Promise<Float64Array> {
    const feeds = weightFeeds(this.problem, displaced(this.problem, displacement));
    const means = new Float64Array(this.problem.batches.length);
    for (const [index, batch] of this.problem.batches.entries()) {
      signal?.throwIfAborted();
      const results = await this.program.run(pick({ ...feeds, 'batch.x': batch.x, 'batch.y': batch.y, 'batch.mask': batch.mask }, this.program.graph));
      means[index] = Number((await results[this.quantity]!.read())[0]) / batch.count;
      release(results);
    }
    return means;
  }

  dispose(): Promise<void> {
    return this.program.dispose();
  }
}

const displaced = ({ parameters }: LandscapeProblem, displacement: Direction = {}): Record<string, Float32Array> =>
  Object.fromEntries(Object.entries(displacement).map(([name, values]) => [name, values.map((value, i) => parameters[name]!.data[i]! + value)]));
