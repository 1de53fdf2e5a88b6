import { abs, add, div, exp, isFloat, less, log, max, maximum, mul, type Operand, sub, sum, type Tensor, where } from '#core/graph';
import type { Lowering, LoweringTable } from '../builder';
import { onnxTypes } from '../model';

/**
 * What ONNX Runtime's WebGPU provider has no kernel for, or one that is too coarse, written in operators that it has. What falls
 * to the processor inside a step costs two transfers and a wait.
 */

/** Horner's scheme: `c0 + x (c1 + x (c2 + ...))`. */
const polynomial = (x: Tensor, coefficients: readonly number[]): Tensor =>
  coefficients.reduceRight<Operand>((rest, c) => add(mul(x, rest), c), 0) as Tensor;

/** Shaders know `exp` and `log` to so many digits after the point: near 0 the series are exact. */
const expm1: Lowering = (node, _, b) => {
  const x = node.inputs[0]!;
  const near = mul(x, polynomial(x, [1, 1 / 2, 1 / 6, 1 / 24, 1 / 120, 1 / 720, 1 / 5040]));
  return b.lower(where(less(abs(x), 0.35), near, sub(exp(x), 1)));
};

/** `log1p(x) = 2 artanh(s)` with `s = x / (2 + x)` (Abramowitz and Stegun 4.1.29). */
const log1p: Lowering = (node, _, b) => {
  const x = node.inputs[0]!;
  const s = div(x, add(x, 2));
  const near = mul(mul(s, 2), polynomial(mul(s, s), [1, 1 / 3, 1 / 5, 1 / 7, 1 / 9, 1 / 11]));
  return b.lower(where(less(abs(x), 0.35), near, log(add(x, 1))));
};

/** The quarter turn in three parts, so that multiples of it are subtracted without loss (Cody and Waite 1980). */
const quarterTurn = [1.5703125, 4.8351287841796875e-4, 3.13855707645416259765625e-7, 6.0771005065061922e-11];

/** Shaders know sine and cosine to 3 digits only. Reduced to an eighth of a turn, both are short series. */
const circular =
  (shift: 0 | 1): Lowering =>
  (node, [x], b) => {
    const at = node.inputs[0]!;
    const type = node.dtype;
    const turns = b.emit('Floor', [b.emit('Add', [b.emit('Mul', [x!, b.scalar(2 / Math.PI, type)]), b.scalar(0.5, type)])]);
    const rest = quarterTurn.reduce((r, part) => b.emit('Sub', [r, b.emit('Mul', [turns, b.scalar(part, type)])]), x!);
    const square = b.emit('Mul', [rest, rest]);
    const series = (coefficients: readonly number[]): string =>
      coefficients.slice(0, -1).reduceRight((sum, c) => b.emit('Add', [b.emit('Mul', [sum, square]), b.scalar(c, type)]), b.scalar(coefficients.at(-1)!, type));
    const sine = b.emit('Mul', [rest, series([1, -1 / 6, 1 / 120, -1 / 5040, 1 / 362880])]);
    const cosine = series([1, -1 / 2, 1 / 24, -1 / 720, 1 / 40320]);
    // Which of the four quarters: 0 sine, 1 cosine, 2 -sine, 3 -cosine, one further on for the cosine.
    const quarter = b.emit('Add', [turns, b.scalar(shift, type)]);
    const half = b.emit('Floor', [b.emit('Mul', [quarter, b.scalar(0.5, type)])]);
    const odd = b.emit('Sub', [quarter, b.emit('Mul', [half, b.scalar(2, type)])]);
    const oddHalf = b.emit('Sub', [half, b.emit('Mul', [b.emit('Floor', [b.emit('Mul', [half, b.scalar(0.5, type)])]), b.scalar(2, type)])]);
    const sign = b.emit('Sub', [b.scalar(1, type), b.emit('Mul', [oddHalf, b.scalar(2, type)])]);
    const value = b.emit('Where', [b.emit('Greater', [odd, b.scalar(0.5, type)]), cosine, sine]);
    return at.size === 0 ? x! : b.emit('Mul', [sign, value]);
  };

const logSoftmax: Lowering = (node, _, b) => {
  const axis = node.attributes['axis'] as number;
  const shifted = sub(node.inputs[0]!, max(node.inputs[0]!, axis, true));
  return b.lower(sub(shifted, log(sum(exp(shifted), axis, true))));
};

const sign: Lowering = (node, [x], b) => {
  const zero = b.scalar(0, node.inputs[0]!.dtype);
  const one = (comparison: string): string => b.emit('Cast', [b.emit(comparison, [x!, zero])], { to: onnxTypes[node.dtype] });
  return b.emit('Sub', [one('Greater'), one('Less')]);
};

/** To the nearest, halves to the even one. */
const round: Lowering = (node, [x], b) => {
  const number = (value: number): string => b.scalar(value, node.dtype);
  const up = b.emit('Floor', [b.emit('Add', [x!, number(0.5)])]);
  const half = b.emit('Equal', [b.emit('Sub', [up, x!]), number(0.5)]);
  const odd = b.emit('Greater', [b.emit('Sub', [up, b.emit('Mul', [b.emit('Floor', [b.emit('Mul', [up, number(0.5)])]), number(2)])]), number(0.5)]);
  const down = b.emit('Cast', [b.emit('And', [half, odd])], { to: onnxTypes[node.dtype] });
  return b.emit('Sub', [up, down]);
};

const logicalOr: Lowering = (_, inputs, b) => b.emit('Not', [b.emit('And', inputs.map((x) => b.emit('Not', [x])))]);

/** Shaders may take a NaN for equal to itself; the processor does not. */
const notEqual: Lowering = (node, [x, y], b) => {
  if (node.inputs[0] === node.inputs[1] && isFloat(node.inputs[0]!.dtype)) return b.emit('IsNaN', [x!]);
  return b.emit('Not', [b.emit('Equal', [x!, y!])]);
};

export const webgpu: LoweringTable = {
  expm1,
  log1p,
  sin: circular(0),
  cos: circular(1),
  logSoftmax,
  sign,
  round,
  logicalOr,
  notEqual,
  abs: (node, [x], b) => (isFloat(node.dtype) ? b.emit('Abs', [x!]) : b.lower(maximum(node.inputs[0]!, mul(node.inputs[0]!, -1)))),
  neg: (node, [x], b) => (isFloat(node.dtype) ? b.emit('Neg', [x!]) : b.emit('Mul', [x!, b.scalar(-1, node.dtype)])),
};
