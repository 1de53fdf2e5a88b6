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

/** `node` on what has become of its inputs. */
export function renewed(node: Tensor, now: (x: Tensor) => Tensor): Tensor {
  const inputs = node.inputs.map(now);
  return inputs.every((input, i) => input === node.inputs[i]) ? node : reapply(node, inputs);
}

/**
 * `outputs` with other tensors in place of some.
 *
 * @param rule what stands in place of a node, inputs before users; `now` says what has become of those before. Nothing: the same op on what has become of its inputs
 */
export function rewrite(outputs: readonly Tensor[], rule: (node: Tensor, now: (x: Tensor) => Tensor) => Tensor | undefined): Tensor[] {
  const values = new Map<Tensor, Tensor>();
  const now = (x: Tensor): Tensor => values.get(x)!;
  for (const node of topologicalOrder(outputs)) values.set(node, rule(node, now) ?? renewed(node, now));
  return outputs.map(now);
}

/** `outputs` with `replacements` put in place of the tensors they are keyed by. */
export const substitute = (outputs: readonly Tensor[], replacements: ReadonlyMap<Tensor, Tensor>): Tensor[] => rewrite(outputs, (node) => replacements.get(node));

/** How many nodes of the graph of `outputs`, and outputs, read each tensor. */
export function readersOf(outputs: readonly Tensor[]): Map<Tensor, number> {
  const readers = new Map<Tensor, number>();
  const count = (x: Tensor): unknown => readers.set(x, (readers.get(x) ?? 0) + 1);
  for (const { inputs } of topologicalOrder(outputs)) inputs.forEach(count);
  outputs.forEach(count);
  return readers;
}
