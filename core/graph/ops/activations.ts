import { apply, type Operand, scalar } from '../apply';
import { defineOp } from '../op';
import type { Tensor } from '../tensor';
import { add, floating, maximum, mul } from './arithmetic';
import { asTensor, batchElementwise } from './elementwise';
import { erf, sigmoid } from './unary';

defineOp({
  name: 'relu',
  infer: ([x]) => x!,
  vjp: (node, g) => [apply('reluGrad', [g, node])],
  batch: batchElementwise('relu'),
  fold: (x) => Math.max(x, 0),
});

/** `g` where the relu's result `y` is positive, else 0. An op of its own because every executor has a quick way to do it. */
defineOp({
  name: 'reluGrad',
  infer: ([g]) => g!,
  vjp: (node, g) => [apply('reluGrad', [g, node.inputs[1]!]), undefined],
  batch: (inputs, _, size) =>
    apply('reluGrad', inputs.map(({ value, batched }) => (batched ? value : apply('broadcastTo', [value], { shape: [size, ...value.shape] })))),
});

/** `max(x, 0)`; its derivative at 0 is 0. */
export const relu = (x: Operand): Tensor => apply('relu', [floating(asTensor(x))]);

/** `x` where positive, else `slope * x`. */
export function leakyRelu(x: Operand, slope = 0.01): Tensor {
  const value = floating(asTensor(x));
  if (slope >= 0 && slope <= 1) return maximum(value, mul(value, slope));
  return apply('where', [apply('greater', [value, scalar(0, value.dtype)]), value, mul(value, slope)]);
}

/** `x Phi(x)` with the normal distribution's exact `Phi` (Hendrycks and Gimpel 2016). */
export function gelu(x: Operand): Tensor {
  const value = floating(asTensor(x));
  return mul(mul(value, 0.5), add(1, erf(mul(value, Math.SQRT1_2))));
}

/** `x sigmoid(x)`, also called swish. */
export function silu(x: Operand): Tensor {
  const value = floating(asTensor(x));
  return mul(value, sigmoid(value));
}
