import { apply, type Operand } from '../apply';
import { isFloat } from '../dtype';
import { defineOp } from '../op';
import { ShapeError } from '../shape';
import type { Tensor } from '../tensor';
import { div, floating, mul, neg, square, sub } from './arithmetic';
import { asTensor, batchElementwise } from './elementwise';

/** d/dx given the input and the result. */
type Derivative = (x: Tensor, y: Tensor) => Tensor;

function defineUnary(name: string, fold: ((x: number) => number) | undefined, gradient: (g: Tensor, x: Tensor, y: Tensor) => Tensor, flops = 8): void {
  defineOp({
    name,
    infer([x]) {
      if (!isFloat(x!.dtype)) throw new ShapeError(`${name}: wants floating-point numbers, not ${x!.dtype}`);
      return x!;
    },
    vjp: (node, g) => [gradient(g, node.inputs[0]!, node)],
    batch: batchElementwise(name),
    ...(fold === undefined ? {} : { fold }),
    flops: (node) => flops * node.size,
  });
}

const times = (derivative: Derivative) => (g: Tensor, x: Tensor, y: Tensor) => mul(g, derivative(x, y));

defineUnary('exp', Math.exp, times((_, y) => y));
defineUnary('expm1', Math.expm1, times((_, y) => apply('exp', [asTensor(y.inputs[0]!)])));
defineUnary('log', Math.log, (g, x) => div(g, x));
defineUnary('log1p', Math.log1p, (g, x) => div(g, add1(x)));
defineUnary('sqrt', Math.sqrt, (g, _, y) => div(mul(g, 0.5), y), 2);
defineUnary('rsqrt', (x) => 1 / Math.sqrt(x), (g, x, y) => mul(g, mul(div(y, x), -0.5)), 3);
defineUnary('sin', Math.sin, times((x) => cos(x)));
defineUnary('cos', Math.cos, times((x) => neg(sin(x))));
defineUnary('atan', Math.atan, (g, x) => div(g, add1(square(x))));
defineUnary('tanh', Math.tanh, times((_, y) => sub(1, square(y))));
defineUnary('sigmoid', (x) => 1 / (1 + Math.exp(-x)), times((_, y) => mul(y, sub(1, y))));
defineUnary('softplus', (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), times((x) => sigmoid(x)));
defineUnary('erf', undefined, times((x) => mul(exp(neg(square(x))), 2 / Math.sqrt(Math.PI))));

function add1(x: Tensor): Tensor {
  return apply('add', [x, asTensor(1, x)]);
}

const unary = (name: string) => (x: Operand): Tensor => apply(name, [floating(asTensor(x))]);

export const exp = unary('exp');
/** `exp(x) - 1`, exact near 0. */
export const expm1 = unary('expm1');
export const log = unary('log');
/** `log(1 + x)`, exact near 0. */
export const log1p = unary('log1p');
export const sqrt = unary('sqrt');
/** `1 / sqrt(x)` */
export const rsqrt = unary('rsqrt');
export const sin = unary('sin');
export const cos = unary('cos');
/** The inverse of `tan`, between -pi / 2 and pi / 2. */
export const atan = unary('atan');
export const tanh = unary('tanh');
/** `1 / (1 + exp(-x))` */
export const sigmoid = unary('sigmoid');
/** `log(1 + exp(x))`, without overflow. */
export const softplus = unary('softplus');
/** The error function. */
export const erf = unary('erf');
