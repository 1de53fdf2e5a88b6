import { abs, argmax, argmin, cast, cumsum, flip, log, logsumexp, max, mean, min, prod, range, sqrt, square, sub, sum, type Tensor, topK } from '#core/graph';
import { type Call, foldable, type Operator, type OperatorTable } from '../call';
import { reduced } from '../fold';

/** Axes: an attribute at first, an input since version 13 (ReduceSum) or 18 (the others). None: all of them, or with `noop_with_empty_axes` none. */
function axesOf(call: Call, rank: number, asInput: number): number[] {
  const given = call.opset >= asInput
    ? (call.has(1) ? call.integers(1, 'the axes to reduce') : undefined)
    : call.ints('axes');
  if (given !== undefined && given.length > 0) return call.axes(given, rank);
  return call.int('noop_with_empty_axes', 0) === 0 ? range(rank) : [];
}

const reduction = (
  tensors: (x: Tensor, axes: number[], keepDims: boolean) => Tensor,
  numbers?: (values: number[]) => number,
  asInput = 18,
): Operator => ({
  run(call) {
    const keepDims = call.int('keepdims', 1) !== 0;
    const [x] = call.allKnown() ?? [];
    if (x !== undefined && numbers !== undefined && foldable(x.size)) return reduced(x, axesOf(call, x.rank, asInput), keepDims, numbers);
    const tensor = call.tensor(0);
    return tensors(tensor, axesOf(call, tensor.rank, asInput), keepDims);
  },
});

const total = (values: number[]): number => values.reduce((a, b) => a + b, 0);

/** Place of the extreme element along an axis; the last one of several where the node says so. */
const place = (f: (x: Tensor, axis: number, keepDims: boolean) => Tensor): Operator => ({
  run(call) {
    const x = call.tensor(0);
    const axis = call.axis(call.int('axis', 0), x.rank);
    const keepDims = call.int('keepdims', 1) !== 0;
    if (call.int('select_last_index', 0) === 0) return f(x, axis, keepDims);
    return sub(x.shape[axis]! - 1, f(flip(x, axis), axis, keepDims));
  },
});

const runningSum: Operator = {
  since: 11,
  run(call) {
    const x = call.tensor(0);
    const [axis = 0] = call.integers(1, 'the axis of the sum');
    return cumsum(x, call.axis(axis, x.rank), { exclusive: call.int('exclusive', 0) !== 0, reverse: call.int('reverse', 0) !== 0 });
  },
};

/** `k` is an attribute before version 10, an input since; the smallest elements can be asked for since 11. */
const best: Operator = {
  run(call) {
    const x = call.tensor(0);
    const axis = call.axis(call.int('axis', -1), x.rank);
    const [k = 0] = call.opset < 10 ? [call.int('k', 0)] : call.integers(1, 'k');
    const { values, indices } = topK(x, k, axis, { largest: call.int('largest', 1) !== 0 });
    return [values, indices];
  },
};

const whole = (x: Tensor, y: Tensor): Tensor => cast(y, x.dtype);

export const reductionOperators: OperatorTable = {
  ReduceSum: reduction(sum, total, 13),
  ReduceMean: reduction((x, axes, keep) => whole(x, mean(x, axes, keep)), (values) => total(values) / values.length),
  ReduceMax: reduction(max, (values) => Math.max(...values)),
  ReduceMin: reduction(min, (values) => Math.min(...values)),
  ReduceProd: reduction(prod, (values) => values.reduce((a, b) => a * b, 1)),
  ReduceSumSquare: reduction((x, axes, keep) => sum(square(x), axes, keep)),
  ReduceL1: reduction((x, axes, keep) => sum(abs(x), axes, keep)),
  ReduceL2: reduction((x, axes, keep) => sqrt(sum(square(x), axes, keep))),
  ReduceLogSum: reduction((x, axes, keep) => log(sum(x, axes, keep))),
  ReduceLogSumExp: reduction(logsumexp),
  ArgMax: place(argmax),
  ArgMin: place(argmin),
  CumSum: runningSum,
  TopK: best,
};

