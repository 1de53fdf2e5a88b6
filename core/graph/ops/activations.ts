import { apply, type Operand } from '../apply';
import { defineOp } from '../op';
import type { Tensor } from '../tensor';
import { abs, add, clip, div, floating, maximum, minimum, mul, neg, square } from './arithmetic';
import { greater, where } from './comparison';
import { asTensor, batchElementwise } from './elementwise';
import { erf, expm1, sigmoid, softplus, tanh } from './unary';

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

/** `x` where positive, else `slope x`. A slope that is a tensor broadcasts and is learnt (PReLU, He et al. 2015). */
export function leakyRelu(x: Operand, slope: Operand = 0.01): Tensor {
  const value = floating(asTensor(x));
  if (typeof slope === 'number' && slope >= 0 && slope <= 1) return maximum(value, mul(value, slope));
  return where(greater(value, 0), value, mul(value, slope));
}

/**
 * `x Phi(x)` with the normal distribution's `Phi` (Hendrycks and Gimpel 2016). The `tanh` form is the paper's approximation
 * `x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))`.
 */
export function gelu(x: Operand, form: 'exact' | 'tanh' = 'exact'): Tensor {
  const value = floating(asTensor(x));
  if (form === 'exact') return mul(mul(value, 0.5), add(1, erf(mul(value, Math.SQRT1_2))));
  const inner = mul(mul(value, add(1, mul(square(value), 0.044715))), Math.sqrt(2 / Math.PI));
  return mul(mul(value, 0.5), add(1, tanh(inner)));
}

/** `x sigmoid(x)`, also called swish. */
export function silu(x: Operand): Tensor {
  const value = floating(asTensor(x));
  return mul(value, sigmoid(value));
}

/** `x tanh(softplus(x))` (Misra 2019). */
export function mish(x: Operand): Tensor {
  const value = floating(asTensor(x));
  return mul(value, tanh(softplus(value)));
}

/** `x` where positive, else `alpha (exp(x) - 1)` (Clevert et al. 2015). */
export function elu(x: Operand, alpha = 1): Tensor {
  const value = floating(asTensor(x));
  // The branch that is not taken must stay finite, or its gradient is 0 times infinity.
  const negative = mul(expm1(minimum(value, 0)), alpha);
  return where(greater(value, 0), value, negative);
}

/** The self-normalising `lambda elu(x, alpha)` (Klambauer et al. 2017). */
export const selu = (x: Operand): Tensor => mul(elu(x, 1.6732632423543772), 1.0507009873554805);

/** `max(x, 0) + min(0, alpha (exp(x / alpha) - 1))`: an elu with slope 1 on both sides of 0 (Barron 2017). */
export const celu = (x: Operand, alpha = 1): Tensor => mul(elu(div(floating(asTensor(x)), alpha)), alpha);

/** `x / (1 + |x|)` */
export function softsign(x: Operand): Tensor {
  const value = floating(asTensor(x));
  return div(value, add(1, abs(value)));
}

/** `log(sigmoid(x))`, without overflow. */
export const logSigmoid = (x: Operand): Tensor => neg(softplus(neg(floating(asTensor(x)))));

/** `min(max(x, 0), 6)` */
export const relu6 = (x: Operand): Tensor => clip(floating(asTensor(x)), 0, 6);

/** `x` limited to `[low, high]`. */
export const hardTanh = (x: Operand, low = -1, high = 1): Tensor => clip(floating(asTensor(x)), low, high);

/** `alpha x + beta`, limited to `[0, 1]`. Defaults: PyTorch's 1/6 and 1/2. */
export const hardSigmoid = (x: Operand, alpha = 1 / 6, beta = 0.5): Tensor => clip(add(mul(floating(asTensor(x)), alpha), beta), 0, 1);

/** `x hardSigmoid(x)` (Howard et al. 2019). */
export function hardSwish(x: Operand): Tensor {
  const value = floating(asTensor(x));
  return mul(value, hardSigmoid(value));
}
