import { apply } from '../apply';
import { product } from '../ops/matmul';
import type { Tensor } from '../tensor';

/** A sum over a loop's steps, had from stacks of `parts` all at once instead of step by step. */
export interface StepSum {
  readonly parts: readonly Tensor[];
  combine(stacks: readonly Tensor[]): Tensor;
}

/**
 * The gradient of a weight in a recurrent step is a product `A' B` over the examples. Summed over the steps it is one product over
 * all examples of all steps: `[steps, n, a]` and `[steps, n, b]`, flattened. Undefined where a carried sum is better.
 */
export function stepSum(x: Tensor): StepSum | undefined {
  if (x.op === 'reshape') {
    const inner = stepSum(x.inputs[0]!);
    return inner && { parts: inner.parts, combine: (stacks) => apply('reshape', [inner.combine(stacks)], { shape: x.shape }) };
  }
  if (x.op === 'add' && x.inputs.every((part) => part.size === x.size && part.rank === x.rank)) {
    const [a, b] = x.inputs.map(stepSum);
    if (a === undefined || b === undefined) return undefined;
    const count = a.parts.length;
    return { parts: [...a.parts, ...b.parts], combine: (stacks) => apply('add', [a.combine(stacks.slice(0, count)), b.combine(stacks.slice(count))]) };
  }
  if (x.op !== 'matmul' || x.rank !== 2 || x.attributes['transposeA'] !== true || x.attributes['transposeB'] !== false) return undefined;
  // The stacks must not take more memory than the steps that made them.
  if (x.inputs.reduce((total, part) => total + part.size, 0) > 8 * x.size) return undefined;
  return {
    parts: x.inputs,
    combine: (stacks) => {
      const [a, b] = stacks.map((stack) => apply('reshape', [stack], { shape: [stack.shape[0]! * stack.shape[1]!, stack.shape[2]!] })) as [Tensor, Tensor];
      return product(a, b, true, false);
    },
  };
}
