import type { Tensor } from '#core/graph';
import type { Lowering, LoweringTable } from '../builder';

const reduce =
  (opType: string): Lowering =>
  (node, [x], b) =>
    b.emit(opType, [x!, b.ints(node.attributes['axes'] as readonly number[])], { keepdims: Number(node.attributes['keepDims']) });

const locate =
  (opType: string): Lowering =>
  (node, [x], b) =>
    b.emit(opType, [x!], { axis: node.attributes['axis'] as number, keepdims: Number(node.attributes['keepDims']) });

const softmax =
  (opType: string): Lowering =>
  (node: Tensor, [x], b) =>
    b.emit(opType, [x!], { axis: node.attributes['axis'] as number });

export const reductions: LoweringTable = {
  sum: reduce('ReduceSum'),
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
