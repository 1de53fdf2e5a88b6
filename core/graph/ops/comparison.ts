import { apply, type Operand, scalar } from '../apply';
import { type DType, isFloat, promote } from '../dtype';
import { defineOp } from '../op';
import { broadcastShapes, ShapeError } from '../shape';
import { Tensor } from '../tensor';
import { alignBatched, applyPromoted, asTensor, batchElementwise, cast, inferElementwise, sumTo } from './elementwise';

const comparisons: Record<string, (a: number, b: number) => boolean> = {
  equal: (a, b) => a === b,
  notEqual: (a, b) => a !== b,
  less: (a, b) => a < b,
  lessEqual: (a, b) => a <= b,
  greater: (a, b) => a > b,
  greaterEqual: (a, b) => a >= b,
};

for (const [name, holds] of Object.entries(comparisons)) {
  defineOp({
    name,
    infer: (inputs) => ({ shape: inferElementwise(name, inputs).shape, dtype: 'bool' }),
    batch: batchElementwise(name),
    fold: (a, b) => Number(holds(a!, b!)),
  });
}

for (const name of ['logicalAnd', 'logicalOr', 'logicalNot']) {
  defineOp({
    name,
    infer(inputs) {
      const wrong = inputs.find((x) => x.dtype !== 'bool');
      if (wrong !== undefined) throw new ShapeError(`${name}: wants bools, not ${wrong.dtype}`);
      return inferElementwise(name, inputs);
    },
    batch: batchElementwise(name),
  });
}

defineOp({
  name: 'where',
  infer([condition, a, b]) {
    if (condition!.dtype !== 'bool') throw new ShapeError(`where: the condition must be bool, not ${condition!.dtype}`);
    const { dtype } = inferElementwise('where', [a!, b!]);
    return { shape: broadcastShapes('where', condition!.shape, a!.shape, b!.shape), dtype };
  },
  vjp(node, g) {
    const [condition, a, b] = node.inputs as [Tensor, Tensor, Tensor];
    const zero = scalar(0, g.dtype);
    return [
      undefined,
      sumTo(apply('where', [condition, g, zero]), a),
      sumTo(apply('where', [condition, zero, g]), b),
    ];
  },
  batch: (inputs) => apply('where', alignBatched(inputs)),
});

defineOp<{ dtype: DType }>({
  name: 'cast',
  infer: ([x], { dtype }) => ({ shape: x!.shape, dtype }),
  vjp: (node, g) => {
    const from = node.inputs[0]!.dtype;
    return [isFloat(from) && isFloat(node.dtype) ? cast(g, from) : undefined];
  },
  batch: ([x], attributes) => apply('cast', [x!.value], attributes),
  simplify([x], { dtype }) {
    if (x!.dtype === dtype) return x;
    if (x!.op === 'scalar') return scalar(x!.attributes['value'] as number, dtype);
    if (x!.op === 'broadcastTo') return apply('broadcastTo', [cast(x!.inputs[0]!, dtype)], { shape: x!.shape });
    return undefined;
  },
});

export { cast };
export const equal = (a: Operand, b: Operand): Tensor => applyPromoted('equal', [a, b]);
export const notEqual = (a: Operand, b: Operand): Tensor => applyPromoted('notEqual', [a, b]);
export const less = (a: Operand, b: Operand): Tensor => applyPromoted('less', [a, b]);
export const lessEqual = (a: Operand, b: Operand): Tensor => applyPromoted('lessEqual', [a, b]);
export const greater = (a: Operand, b: Operand): Tensor => applyPromoted('greater', [a, b]);
export const greaterEqual = (a: Operand, b: Operand): Tensor => applyPromoted('greaterEqual', [a, b]);
export const logicalAnd = (a: Tensor, b: Tensor): Tensor => apply('logicalAnd', [a, b]);
export const logicalOr = (a: Tensor, b: Tensor): Tensor => apply('logicalOr', [a, b]);
export const logicalNot = (a: Tensor): Tensor => apply('logicalNot', [a]);
/** True where exactly one of two bools is. */
export const logicalXor = (a: Tensor, b: Tensor): Tensor => logicalNot(apply('equal', [cast(a, 'int32'), cast(b, 'int32')]));

const never = (x: Tensor): Tensor => apply('broadcastTo', [scalar(0, 'bool')], { shape: x.shape });

/** True where a number is not a number. */
export const isNaN = (x: Tensor): Tensor => (isFloat(x.dtype) ? apply('notEqual', [x, x]) : never(x));

/** True at plus and minus infinity. */
export const isInf = (x: Tensor): Tensor => (isFloat(x.dtype) ? apply('equal', [apply('abs', [x]), scalar(Infinity, x.dtype)]) : never(x));

/** True where a number is neither infinite nor NaN. */
export const isFinite = (x: Tensor): Tensor =>
  isFloat(x.dtype) ? apply('less', [apply('abs', [x]), scalar(Infinity, x.dtype)]) : logicalNot(never(x));

/** `a` where the condition holds, else `b`; all three broadcast. */
export function where(condition: Tensor, a: Operand, b: Operand): Tensor {
  const like = [a, b].find((x) => x instanceof Tensor);
  const left = asTensor(a, like);
  const right = asTensor(b, like);
  const dtype = promote(left.dtype, right.dtype);
  return apply('where', [condition, cast(left, dtype), cast(right, dtype)]);
}
