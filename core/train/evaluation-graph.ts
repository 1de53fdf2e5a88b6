import { spec, specsOf, trace } from '#core/graph';
import type { Graph, Tensor } from '#core/graph';
import type { Module } from '#core/nn';
import type { Loss } from './contracts';
import { targetOf, targetWidth } from './data';
import type { Part } from './data';
import { judgeBatch } from './objective';
import type { Problem } from './predictions';

/** Numbers in one batch of evaluation: enough to keep the kernels busy, little enough to stay in memory. */
const numbersAtOnce = 1 << 20;

/**
 * Examples that are evaluated at once, of at most `most`, by `members` networks. A language model puts out a number for each token
 * at each step.
 */
export function evaluationBatch({ exampleShape, task }: Problem, loss: Loss, most: number, members = 1): number {
  const size = exampleShape.reduce((a, b) => a * b, 1) * (task === 'language-model' ? loss.outputs : 1) * members;
  return Math.max(1, Math.min(most, 4096, Math.max(32, Math.floor(numbersAtOnce / size))));
}

/**
 * A network applied to a batch. Inputs: `parameters.*`, `buffers.*`, `x`, `y`. Outputs: `output` (`[batch, outputs]`) and
 * `losses` (`[batch]`); `output` is what the loss keeps of each example, if it says so.
 */
export function traceEvaluation(model: Module, loss: Loss, problem: Problem, batch: number): Graph {
  const target = targetOf(problem);
  interface Arguments { parameters: Record<string, Tensor>; buffers: Record<string, Tensor>; x: Tensor; y: Tensor }
  return trace((args: Arguments) => {
    const { losses, kept } = judgeBatch(loss, model.apply(args.parameters, args.buffers, args.x, { train: false }), args.y);
    return { output: kept, losses };
  }, {
    parameters: specsOf(model.parameters),
    buffers: specsOf(model.buffers),
    x: spec([batch, ...problem.exampleShape]),
    y: spec([batch, ...target.shape], target.dtype),
  });
}

/** Examples as batches of one size: where each begins, how many of its rows are real (the rest is padding), and its feeds. */
export function* evaluationBatches(problem: Problem, batch: number, x: Float32Array, count: number, y?: Part['y']) {
  const size = problem.exampleShape.reduce((a, b) => a * b, 1);
  const perTarget = targetWidth(problem);
  const noTarget = targetOf(problem).dtype === 'int32' ? new Int32Array(batch * perTarget) : new Float32Array(batch * perTarget);
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
