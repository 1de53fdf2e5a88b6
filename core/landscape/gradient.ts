import { exampleCount } from '#core/curvature';
import { type Tensor, valueAndGrad } from '#core/graph';
import { compileInParts, compileOptionsOf, type InterruptibleProgram, pickFeeds } from '#core/runtime';
import { isCalibrated, WeightCalibration } from './calibration';
import type { Direction } from './directions';
import type { EvaluatorOptions } from './evaluator';
import type { LandscapeProblem } from './problem';
import { batchFeeds, displaced, release, traceOf, weightFeeds } from './traced-problem';

type Options = Pick<EvaluatorOptions, 'device' | 'threads'>;

/** The mean loss (the quantity `loss`) over all examples and its gradient, summed over batches in float64, at the centre or beside it. Statistics that are taken anew count as constants. */
export class GradientEvaluator {
  private constructor(
    private readonly problem: LandscapeProblem,
    private readonly program: InterruptibleProgram,
    private readonly calibration: WeightCalibration | undefined,
  ) {}

  static async create(problem: LandscapeProblem, given: Options): Promise<GradientEvaluator> {
    const graph = traceOf(problem, ({ parameters, buffers, batch }) => {
      const [loss, gradient] = valueAndGrad((weights: Record<string, Tensor>) => problem.evaluate(weights, buffers, batch)['loss']!)(parameters);
      return { loss, gradient };
    });
    const options = compileOptionsOf(given);
    return new GradientEvaluator(problem, await compileInParts(graph, options), isCalibrated(problem) ? await WeightCalibration.create(problem, options) : undefined);
  }

  /** At the centre moved by `displacement`. Throws the signal's reason when it is aborted, between two batches or two parts of a long program. */
  async evaluate(displacement?: Direction, signal?: AbortSignal): Promise<{ loss: number; gradient: Direction }> {
    const { problem, program } = this;
    const weights = weightFeeds(problem, displaced(problem, displacement));
    const feeds = { ...weights, ...(await this.calibration?.take(weights, { signal })) };
    const sums = Object.fromEntries(Object.entries(problem.parameters).map(([name, { data }]) => [name, new Float64Array(data.length)]));
    let loss = 0;
    for (const batch of problem.batches) {
      signal?.throwIfAborted();
      const results = await program.run(pickFeeds({ ...feeds, ...batchFeeds(batch) }, program.graph), signal);
      loss += Number((await results['loss']!.read())[0]);
      for (const [name, sum] of Object.entries(sums)) (await results[`gradient.${name}`]!.read()).forEach((value: number | bigint, i: number) => (sum[i]! += Number(value)));
      release(results);
    }
    const examples = exampleCount(problem);
    return { loss: loss / examples, gradient: Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, Float32Array.from(sum, (value) => value / examples)])) };
  }

  async dispose(): Promise<void> {
    await this.program.dispose();
    await this.calibration?.dispose();
  }
}

/** Gradient of the mean loss over all examples at the centre. */
export async function lossGradient(problem: LandscapeProblem, { signal, ...options }: Options & { readonly signal?: AbortSignal }): Promise<Direction> {
  const evaluator = await GradientEvaluator.create(problem, options);
  try {
    return (await evaluator.evaluate(undefined, signal)).gradient;
  } finally {
    await evaluator.dispose();
  }
}
