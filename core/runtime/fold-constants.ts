import { constant, renewed, rewrite, scalarValue, type Tensor, toTypedArray } from '#core/graph';
import { interpret, sequenceOf } from './reference/interpret';
import type { Numbers } from './reference/value';

/** Elements up to which a constant is computed when a program is compiled. */
const MOST = 1 << 16;

/** Ops that make much of little: they are quicker done than stored. */
const expanding = new Set(['broadcastTo', 'pad']);

/**
 * `outputs` with everything that depends on constants only computed, once and in float64, as long as it is small. What is large, or what
 * only repeats numbers, stays an operation.
 */
export const foldConstants = (outputs: readonly Tensor[]): Tensor[] =>
  rewrite(outputs, (x, now) => {
    const node = renewed(x, now);
    return foldable(node) ? computed(node) : node;
  });

/** Whether the numbers are known: an array of constants, or one number everywhere. */
const known = (x: Tensor): boolean => x.op === 'constant' || scalarValue(x) !== undefined;

function foldable(x: Tensor): boolean {
  if (x.inputs.length === 0 || x.size > MOST || expanding.has(x.op) || x.op.startsWith('loop') || known(x)) return false;
  return x.inputs.every((input) => known(input) && input.size <= MOST);
}

function computed(x: Tensor): Tensor {
  const numbers = new Map<Tensor, Numbers>();
  interpret(sequenceOf([x]), numbers);
  return constant(toTypedArray(numbers.get(x)!, x.dtype), x.shape, x.dtype);
}
