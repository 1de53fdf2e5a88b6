import type { Module } from '#core/nn';
import { compile } from '#core/runtime';
import type { CompileOptions, Feed, Program } from '#core/runtime';
import type { Loss, Metric, Predictions } from './contracts';
import type { Part } from './data';
import { evaluationBatch, evaluationBatches, traceEvaluation } from './evaluation-graph';
import { keptWidth } from './objective';
import { confusionMatrix, predictionsOf } from './predictions';
import type { Problem } from './predictions';

/** Weights as a program takes them: `parameters.NAME` and `buffers.NAME`. */
export type WeightFeeds = Readonly<Record<string, Feed>>;

export interface Evaluation {
  /** Mean over the examples, without penalties. */
  loss: number;
  metrics: Record<string, number>;
  /** Classification: true classes in rows, predicted in columns. */
  confusion?: Int32Array;
  predictions: Predictions;
  /** What the loss keeps of every example (raw outputs if nothing else is said), and its loss. */
  outputs: Float32Array;
  losses: Float32Array;
}

/** `parameters` and `buffers` under the names that programs give them. */
export function weightFeeds(weights: { parameters: Readonly<Record<string, Feed>>; buffers: Readonly<Record<string, Feed>> }): WeightFeeds {
  const feeds: Record<string, Feed> = {};
  for (const [name, value] of Object.entries(weights.parameters)) feeds[`parameters.${name}`] = value;
  for (const [name, value] of Object.entries(weights.buffers)) feeds[`buffers.${name}`] = value;
  return feeds;
}

/** Applies a network to any number of examples, in batches of one size; the last one is padded and the padding ignored. */
export class Evaluator {
  private constructor(
    private readonly program: Program,
    private readonly batch: number,
    private readonly loss: Loss,
    private readonly metrics: Readonly<Record<string, Metric>>,
    private readonly problem: Problem,
  ) {}

  /** @param most the largest number of examples that will be asked for at once; smaller ones are padded */
  static async create(options: {
    model: Module;
    loss: Loss;
    metrics: Readonly<Record<string, Metric>>;
    problem: Problem;
    most: number;
    compile: CompileOptions;
  }): Promise<Evaluator> {
    const { model, loss, metrics, problem, most } = options;
    const batch = evaluationBatch(problem, loss, most);
    const graph = traceEvaluation(model, loss, problem, batch);
    return new Evaluator(await compile(graph, options.compile), batch, loss, metrics, problem);
  }

  /**
   * What the loss keeps of every example (raw outputs `[count, outputs]` if nothing else is said), and its loss.
   *
   * @param y absent when only outputs are wanted; the losses then mean nothing
   */
  async outputs(weights: WeightFeeds, x: Float32Array, count: number, y?: Part['y']): Promise<{ outputs: Float32Array; losses: Float32Array }> {
    const { batch } = this;
    const width = keptWidth(this.loss);
    const outputs = new Float32Array(count * width);
    const losses = new Float32Array(count);
    for (const { begin, rows, feeds } of evaluationBatches(this.problem, batch, x, count, y)) {
      const result = await this.program.run({ ...weights, ...feeds });
      const output = await result['output']!.read();
      const own = await result['losses']!.read();
      outputs.set((output as Float32Array).subarray(0, rows * width), begin * width);
      losses.set((own as Float32Array).subarray(0, rows), begin);
      for (const array of Object.values(result)) array.dispose();
    }
    return { outputs, losses };
  }

  /** Loss and metrics on a part of the data. */
  async evaluate(weights: WeightFeeds, part: Part): Promise<Evaluation> {
    const { outputs, losses } = await this.outputs(weights, part.x, part.count, part.y);
    return judgeOutputs(this.problem, this.loss, this.metrics, part, outputs, losses);
  }

  dispose(): Promise<void> {
    return this.program.dispose();
  }
}

/** What a network's outputs on a part of the data are worth. */
export function judgeOutputs(
  problem: Problem,
  loss: Loss,
  metrics: Readonly<Record<string, Metric>>,
  part: Pick<Part, 'y' | 'count'>,
  outputs: Float32Array,
  losses: Float32Array,
): Evaluation {
  let total = 0;
  for (const value of losses) total += value;
  const predictions = predictionsOf(problem, loss.link, outputs, part.y, part.count);
  return {
    loss: total / part.count,
    metrics: measureAll(metrics, predictions),
    ...(predictions.task === 'classification' && { confusion: confusionMatrix(predictions) }),
    predictions,
    outputs,
    losses,
  };
}

/** Every metric by its name. */
export function measureAll(metrics: Readonly<Record<string, Metric>>, predictions: Predictions): Record<string, number> {
  return Object.fromEntries(Object.entries(metrics).map(([name, metric]) => [name, metric.measure(predictions)]));
}
