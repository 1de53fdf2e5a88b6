import { type Operand, scalar } from '../apply';
import type { Tensor } from '../tensor';
import { add, div, floating, mul, square, sub } from './arithmetic';
import { less, where } from './comparison';
import { asTensor } from './elementwise';
import { atan, cos, exp, expm1, log1p, sin, sqrt } from './unary';

const float = (x: Operand): Tensor => floating(asTensor(x));

export function tan(x: Operand): Tensor {
  const value = float(x);
  return div(sin(value), cos(value));
}

/** The inverse of `sin`: `atan(x / sqrt((1 - x) (1 + x)))`. */
export function asin(x: Operand): Tensor {
  const value = float(x);
  return atan(div(value, sqrt(mul(sub(1, value), add(1, value)))));
}

/** The inverse of `cos`: `2 atan(sqrt((1 - x) / (1 + x)))`. */
export function acos(x: Operand): Tensor {
  const value = float(x);
  return mul(atan(sqrt(div(sub(1, value), add(1, value)))), 2);
}

/** `(exp(x) - exp(-x)) / 2`, exact near 0. */
export function sinh(x: Operand): Tensor {
  const value = float(x);
  return mul(sub(expm1(value), expm1(mul(value, -1))), 0.5);
}

/** `(exp(x) + exp(-x)) / 2` */
export function cosh(x: Operand): Tensor {
  const value = float(x);
  return mul(add(exp(value), exp(mul(value, -1))), 0.5);
}

/** The inverse of `sinh`: `log(|x| + sqrt(x^2 + 1))` with the sign of x, exact near 0. */
export function asinh(x: Operand): Tensor {
  const value = float(x);
  const sign = where(less(value, 0), scalar(-1, value.dtype), scalar(1, value.dtype));
  const root = sqrt(add(square(value), 1));
  return mul(sign, log1p(add(mul(sign, value), div(square(value), add(root, 1)))));
}

/** The inverse of `cosh` for `x >= 1`: `log(x + sqrt(x^2 - 1))`, exact near 1. */
export function acosh(x: Operand): Tensor {
  const value = float(x);
  const above = sub(value, 1);
  return log1p(add(above, sqrt(mul(above, add(value, 1)))));
}

/** The inverse of `tanh`: `(log(1 + x) - log(1 - x)) / 2`. */
export function atanh(x: Operand): Tensor {
  const value = float(x);
  return mul(sub(log1p(value), log1p(mul(value, -1))), 0.5);
}
