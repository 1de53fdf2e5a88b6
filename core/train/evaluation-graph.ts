import { spec, trace } from '#core/graph';
import type { Graph, Tensor, TensorSpec } from '#core/graph';
import type { Module } from '#core/nn';
import type { Loss } from './contracts';
import type { Part } from './data';
import type { Problem } from './predictions';

/** Numbers in one batch of evaluation: enough to keep the kernels busy, little enough to stay in memory. */
const numbersAtOnce = 1 << 20;

/** Examples that are evaluated at once, of at most `most`, by `members` networks. */
export function evaluationBatch({ exampleShape }: Problem, most: number, members = 1): number {
  const size = exampleShape.reduce((a, b) => a * b, 1) * members;
  return Math.max(1, Math.min(most, 4096, Math.max(32, Math.floor(numbersAtOnce / size))));
}

/**
 * A network applied to a batch. Inputs: `parameters.*`, `buffers.*`, `x`, `y`. Outputs: `output` (`[batch, outputs]`) and
 * `losses` (`[batch]`).
 */
export function traceEvaluation(model: Module, loss: Loss, problem: Problem, batch: number): Graph {
  const specsOf = (record: Readonly<Record<string, { shape: readonly number[] }>>): Record<string, TensorSpec> =>
    Object.fromEntries(Object.entries(record).map(([name, { shape }]) => [name, spec(shape)]));
  interface Arguments { parameters: Record<string, Tensor>; buffers: Record<string, Tensor>; x: Tensor; y: Tensor }
  return trace((args: Arguments) => {
    const { output } = model.apply(args.parameters, args.buffers, args.x, { train: false });
    return { output, losses: loss.perExample(output, args.y) };
  }, {
    parameters: specsOf(model.parameters),
    buffers: specsOf(model.buffers),
    x: spec([batch, ...problem.exampleShape]),
    y: problem.task === 'classification' ? spec([batch], 'int32') : spec([batch, problem.targets ?? 1]),
  });
}

/** Examples as batches of one size: where each begins, how many of its rows are real (the rest is padding), and its feeds. */
export function* evaluationBatches({ exampleShape, task, targets = 1 }: Problem, batch: number, x: Float32Array, count: number, y?: Part['y']) {
  const size = exampleShape.reduce((a, b) => a * b, 1);
  const perTarget = task === 'classification' ? 1 : targets;
  const noTarget = task === 'classification' ? new Int32Array(batch) : new Float32Array(batch * perTarget);
  for (let begin = 0; begin < count; begin += batch) {
    const rows = Math.min(batch, count - begin);
    yield {
      begin,
      rows,
      feeds: {
        x: padded(x, begin * size, rows * size, batch * size),
        y: y === undefined ? noTarget : padded(y, begin * perTarget, rows * perTarget, batch * perTarget),
      },
    };
  }
}

/** `length` numbers from `begin`, without a copy where they fill the batch, else followed by zeros up to `full`. */
function padded<A extends Float32Array | Int32Array>(array: A, begin: number, length: number, full: number): A {
  const slice = array.subarray(begin, begin + length) as A;
  if (length === full) return slice;
  const whole = (array instanceof Int32Array ? new Int32Array(full) : new Float32Array(full)) as A;
  whole.set(slice);
  return whole;
}
