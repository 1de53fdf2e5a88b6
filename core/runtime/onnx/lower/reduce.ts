import { sizeOf, type Tensor } from '#core/graph';
import { sumOfBlocked } from '../layouts/blocked';
import { reductionOfTurned } from '../layouts/turned';
import type { Lowering, LoweringTable } from '../builder';

const reduce =
  (opType: string): Lowering =>
  (node, [x], b) =>
    reductionOfTurned(node, opType, b) ??
    b.emit(opType, [x!, b.ints(node.attributes['axes'] as readonly number[])], { keepdims: Number(node.attributes['keepDims']) });

const locate =
  (opType: string): Lowering =>
  (node, [x], b) =>
    b.emit(opType, [x!], { axis: node.attributes['axis'] as number, keepdims: Number(node.attributes['keepDims']) });

const softmax =
  (opType: string): Lowering =>
  (node: Tensor, [x], b) =>
    b.emit(opType, [x!], { axis: node.attributes['axis'] as number });

/**
 * A sum over leading axes is a product with a row of ones, several times quicker; one over all axes but the channels' goes first along
 * each plane, then over the batch.
 */
const sum: Lowering = (node, [x], b) => {
  const input = node.inputs[0]!;
  const axes = node.attributes['axes'] as readonly number[];
  if (b.fusionOf(node) !== undefined) return reduce('ReduceSumSquare')(node, [b.lower(input.inputs[0]!)], b);
  const elsewhere = reductionOfTurned(node, 'ReduceSum', b) ?? sumOfBlocked(node, b);
  if (elsewhere !== undefined) return elsewhere;
  const rows = sizeOf(input.shape.slice(0, axes.length));
  const leading = axes.every((axis, i) => axis === i) && axes.length < input.rank;
  if (leading && node.dtype === 'float32' && node.size >= 16 && rows <= 1 << 16) {
    const flat = input.rank === 2 ? x! : b.emit('Reshape', [x!, b.ints([rows, node.size])]);
    const total = b.emit('MatMul', [b.filled(1, [rows]), flat]);
    return node.rank === 1 ? total : b.emit('Reshape', [total, b.ints(node.shape)]);
  }
  if (b.portable || input.rank < 3 || axes.length !== input.rank - 1 || axes.includes(1)) return reduce('ReduceSum')(node, [x!], b);
  // Gradients want the same sum with and without the axes of length 1.
  const total = b.once(`sum a channel ${input.id}`, () => {
    const planes = b.emit('ReduceSum', [x!, b.ints(axes.slice(1))], { keepdims: 0 });
    return [b.emit('ReduceSum', [planes, b.ints([0])], { keepdims: 0 })];
  })[0]!;
  return node.rank === 1 ? total : b.emit('Reshape', [total, b.ints(node.shape)]);
};

export const reductions: LoweringTable = {
  sum,
  max: reduce('ReduceMax'),
  min: reduce('ReduceMin'),
  argmax: locate('ArgMax'),
  argmin: locate('ArgMin'),
  cumsum(node, [x], b) {
    const { axis, exclusive, reverse } = node.attributes as { axis: number; exclusive: boolean; reverse: boolean };
    return b.emit('CumSum', [x!, b.scalar(axis, 'int64')], { exclusive: Number(exclusive), reverse: Number(reverse) });
  },
  softmax: softmax('Softmax'),
  logSoftmax: softmax('LogSoftmax'),
};
