import { spec, trace } from '#core/graph';
import type { Tensor, TensorSpec } from '#core/graph';
import type { Module } from '#core/nn';
import { compile } from '#core/runtime';
import type { CompileOptions, Feed, Program } from '#core/runtime';
import type { Loss, Metric, Predictions } from './contracts';
import type { Part } from './data';
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
  /** The network's raw outputs `[count, outputs]`, and the loss of every example. */
  outputs: Float32Array;
  losses: Float32Array;
}

/** Numbers in one batch of evaluation: enough to keep the kernels busy, little enough to stay in memory. */
const numbersAtOnce = 1 << 20;

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
    const size = problem.exampleShape.reduce((a, b) => a * b, 1);
    const batch = Math.max(1, Math.min(most, 4096, Math.max(32, Math.floor(numbersAtOnce / size))));
    const specsOf = (record: Readonly<Record<string, { shape: readonly number[] }>>): Record<string, TensorSpec> =>
      Object.fromEntries(Object.entries(record).map(([name, { shape }]) => [name, spec(shape)]));
    interface Arguments { parameters: Record<string, Tensor>; buffers: Record<string, Tensor>; x: Tensor; y: Tensor }
    const graph = trace((args: Arguments) => {
      const { output } = model.apply(args.parameters, args.buffers, args.x, { train: false });
      return { output, losses: loss.perExample(output, args.y) };
    }, {
      parameters: specsOf(model.parameters),
      buffers: specsOf(model.buffers),
      x: spec([batch, ...problem.exampleShape]),
      y: problem.task === 'classification' ? spec([batch], 'int32') : spec([batch, problem.targets ?? 1]),
    });
    return new Evaluator(await compile(graph, options.compile), batch, loss, metrics, problem);
  }

  /**
   * Raw outputs `[count, outputs]` and the loss of every example.
   *
   * @param y absent when only outputs are wanted; the losses then mean nothing
   */
  async outputs(weights: WeightFeeds, x: Float32Array, count: number, y?: Part['y']): Promise<{ outputs: Float32Array; losses: Float32Array }> {
    const { batch, problem, loss } = this;
    const size = problem.exampleShape.reduce((a, b) => a * b, 1);
    const perTarget = problem.task === 'classification' ? 1 : problem.targets ?? 1;
    const noTarget = problem.task === 'classification' ? new Int32Array(batch) : new Float32Array(batch * perTarget);
    const outputs = new Float32Array(count * loss.outputs);
    const losses = new Float32Array(count);
    for (let begin = 0; begin < count; begin += batch) {
      const rows = Math.min(batch, count - begin);
      const result = await this.program.run({
        ...weights,
        x: padded(x, begin * size, rows * size, batch * size),
        y: y === undefined ? noTarget : padded(y, begin * perTarget, rows * perTarget, batch * perTarget),
      });
      const output = await result['output']!.read();
      const own = await result['losses']!.read();
      outputs.set((output as Float32Array).subarray(0, rows * loss.outputs), begin * loss.outputs);
      losses.set((own as Float32Array).subarray(0, rows), begin);
      for (const array of Object.values(result)) array.dispose();
    }
    return { outputs, losses };
  }

  /** Loss and metrics on a part of the data. */
  async evaluate(weights: WeightFeeds, part: Part): Promise<Evaluation> {
    const { outputs, losses } = await this.outputs(weights, part.x, part.count, part.y);
    let total = 0;
    for (const value of losses) total += value;
    const predictions = predictionsOf(this.problem, this.loss.link, outputs, part.y, part.count);
    return {
      loss: total / part.count,
      metrics: measureAll(this.metrics, predictions),
      ...(predictions.task === 'classification' && { confusion: confusionMatrix(predictions) }),
      predictions,
      outputs,
      losses,
    };
  }

  dispose(): Promise<void> {
    return this.program.dispose();
  }
}

/** Every metric by its name. */
export function measureAll(metrics: Readonly<Record<string, Metric>>, predictions: Predictions): Record<string, number> {
  return Object.fromEntries(Object.entries(metrics).map(([name, metric]) => [name, metric.measure(predictions)]));
}

/** `length` numbers from `begin`, without a copy where they fill the batch, else followed by zeros up to `full`. */
function padded<A extends Float32Array | Int32Array>(array: A, begin: number, length: number, full: number): A {
  const slice = array.subarray(begin, begin + length) as A;
  if (length === full) return slice;
  const whole = (array instanceof Int32Array ? new Int32Array(full) : new Float32Array(full)) as A;
  whole.set(slice);
  return whole;
}
