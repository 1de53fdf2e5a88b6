import { apply } from '../apply';
import { defineOp } from '../op';
import { normalizeAxis } from '../shape';
import type { Tensor } from '../tensor';
import { floating, mul, sub } from './arithmetic';

const sumAlong = (x: Tensor, axis: number): Tensor => apply('sum', [x], { axes: [axis], keepDims: true });

defineOp<{ axis: number }>({
  name: 'softmax',
  infer: ([x]) => x!,
  vjp: (node, g, { axis }) => [mul(node, sub(g, sumAlong(mul(g, node), axis)))],
  batch: ([x], { axis }) => apply('softmax', [x!.value], { axis: axis + 1 }),
  flops: (node) => 12 * node.size,
});

defineOp<{ axis: number }>({
  name: 'logSoftmax',
  infer: ([x]) => x!,
  vjp: (node, g, { axis }) => [sub(g, mul(apply('softmax', node.inputs, { axis }), sumAlong(g, axis)))],
  batch: ([x], { axis }) => apply('logSoftmax', [x!.value], { axis: axis + 1 }),
  flops: (node) => 12 * node.size,
});

/** `exp(x) / sum(exp(x))` along `axis`, without overflow. */
export const softmax = (x: Tensor, axis = -1): Tensor => apply('softmax', [floating(x)], { axis: normalizeAxis('softmax', axis, x.rank) });

/** `log(softmax(x))` along `axis`, without overflow. */
export const logSoftmax = (x: Tensor, axis = -1): Tensor =>
  apply('logSoftmax', [floating(x)], { axis: normalizeAxis('logSoftmax', axis, x.rank) });

