import { apply } from './apply';
import type { Tensor } from './tensor';

/** All tensors that `outputs` need, inputs before users. What they do not need is dead and does not appear. */
export function topologicalOrder(outputs: readonly Tensor[]): Tensor[] {
  const seen = new Set<Tensor>();
  const stack = [...outputs];
  while (stack.length > 0) {
    const x = stack.pop()!;
    if (seen.has(x)) continue;
    seen.add(x);
    for (const input of x.inputs) if (!seen.has(input)) stack.push(input);
  }
  // Inputs are always constructed before their users.
  return [...seen].sort((a, b) => a.id - b.id);
}

/** The op of `node` on other inputs. */
export const reapply = (node: Tensor, inputs: readonly Tensor[]): Tensor => apply(node.op, inputs, node.attributes);

/** `outputs` with `replacements` put in place of the tensors they are keyed by. */
export function substitute(outputs: readonly Tensor[], replacements: ReadonlyMap<Tensor, Tensor>): Tensor[] {
  const values = new Map<Tensor, Tensor>(replacements);
  for (const x of topologicalOrder(outputs)) {
    if (values.has(x)) continue;
    const inputs = x.inputs.map((input) => values.get(input)!);
    values.set(x, inputs.every((input, i) => input === x.inputs[i]) ? x : apply(x.op, inputs, x.attributes));
  }
  return outputs.map((x) => values.get(x)!);
}
