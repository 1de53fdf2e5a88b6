import { apply, type Operand } from '../apply';
import { isFloat } from '../dtype';
import { defineOp } from '../op';
import { Tensor } from '../tensor';
import { abs, mul, sign } from './arithmetic';
import { applyPromoted, asTensor, batchElementwise, inferElementwise, sumTo } from './elementwise';

/** To the nearest whole number, halves to the even one. */
const roundHalfEven = (x: number): number => {
  const down = Math.floor(x);
  const rest = x - down;
  if (rest !== 0.5) return rest < 0.5 ? down : down + 1;
  return down % 2 === 0 ? down : down + 1;
};

/** Whole numbers near a number. Steps have no slope: flat everywhere. */
const roundings: Record<string, (x: number) => number> = { floor: Math.floor, ceil: Math.ceil, round: roundHalfEven };

for (const [name, fold] of Object.entries(roundings)) {
  defineOp({
    name,
    infer: ([x]) => x!,
    batch: batchElementwise(name),
    fold,
    simplify: ([x]) => (isFloat(x!.dtype) ? undefined : x),
  });
}

/** `a - b floor(a / b)`, computed without rounding. Its slopes are 1 in `a` and `-floor(a / b)` in `b`. */
defineOp({
  name: 'mod',
  infer: (inputs) => inferElementwise('mod', inputs),
  vjp(node, g) {
    const [a, b] = node.inputs as [Tensor, Tensor];
    return [sumTo(g, a), sumTo(apply('neg', [mul(g, floor(apply('div', [a, b])))]), b)];
  },
  batch: batchElementwise('mod'),
  flops: (node) => 4 * node.size,
});

export const floor = (x: Operand): Tensor => apply('floor', [asTensor(x)]);
export const ceil = (x: Operand): Tensor => apply('ceil', [asTensor(x)]);

/** The nearest whole number; halves go to the even one (IEEE 754), as in PyTorch and ONNX. */
export const round = (x: Operand): Tensor => apply('round', [asTensor(x)]);

/** Without the fraction: towards zero. */
export function trunc(x: Operand): Tensor {
  const value = asTensor(x);
  return isFloat(value.dtype) ? mul(sign(value), floor(abs(value))) : value;
}

/** The remainder of a division that rounds down; it has the sign of `b` (Python's `%`, PyTorch's `remainder`). */
export const mod = (a: Operand, b: Operand): Tensor => applyPromoted('mod', [a, b]);

/** The remainder of a division that rounds towards zero; it has the sign of `a` (C's `fmod`). */
export function fmod(a: Operand, b: Operand): Tensor {
  const like = [a, b].find((x) => x instanceof Tensor);
  const dividend = asTensor(a, like);
  return mul(sign(dividend), mod(abs(dividend), abs(asTensor(b, like))));
}
