import { exp, log, max, moveAxis, softmax as softmaxOf, sub, sum as sumOf } from '#core/graph';
import type { Lowering, LoweringTable } from '../plan';

/** @param axesName what the kernel calls the axes */
const reduce =
  (kernel: string, axesName: string): Lowering =>
  (node, [x], p) =>
    p.reshape(p.emit(kernel, { x: x! }, { [axesName]: [...(node.attributes['axes'] as readonly number[])], keepDims: false }), node.shape);

const locate =
  (kernel: string): Lowering =>
  (node, [x], p) =>
    p.reshape(p.emit(kernel, { x: x! }, { axis: node.attributes['axis'] }), node.shape);

/** The kernel works along the last axis only. */
const softmax: Lowering = (node, [logits], p) => {
  const axis = node.attributes['axis'] as number;
  const last = node.rank - 1;
  if (axis === last) return p.emit('Softmax', { logits: logits! }, { dim: last });
  return p.lower(moveAxis(softmaxOf(moveAxis(node.inputs[0]!, axis, last)), last, axis));
};

const logSoftmax: Lowering = (node, _, p) => {
  const x = node.inputs[0]!;
  const axis = node.attributes['axis'] as number;
  const shifted = sub(x, max(x, axis, true));
  return p.lower(sub(shifted, log(sumOf(exp(shifted), axis, true))));
};

export const reductions: LoweringTable = {
  sum: reduce('Sum', 'axis'),
  max: reduce('Max', 'reductionIndices'),
  min: reduce('Min', 'axis'),
  argmax: locate('ArgMax'),
  argmin: locate('ArgMin'),
  cumsum(node, [x], p) {
    const { axis, exclusive, reverse } = node.attributes;
    return p.emit('Cumsum', { x: x! }, { axis, exclusive, reverse });
  },
  softmax,
  logSoftmax,
};
