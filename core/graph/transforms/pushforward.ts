import { apply, scalarValue } from '../apply';
import { isFloat } from '../dtype';
import { opDefinition } from '../op';
import { substitute, topologicalOrder } from '../order';
import { placeholder, zeros } from '../ops/source';
import type { Tensor } from '../tensor';
import { pullback } from './gradients';

/**
 * Forward accumulation: values and tangents of `ys` along `directions` of `xs` (`undefined`: the tangent is zero). Walks the graph
 * once from inputs to results; an op's forward rule is the transpose of its vector-Jacobian product, which is linear in the
 * cotangent. The values come out as tensors of the same graph, save for results of nodes that give value and tangent together.
 */
export function pushforward(
  ys: readonly Tensor[],
  xs: readonly Tensor[],
  directions: readonly (Tensor | undefined)[],
): { values: Tensor[]; tangents: (Tensor | undefined)[] } {
  const order = topologicalOrder(ys);
  const readouts = new Map<Tensor, Tensor[]>();
  for (const node of order) {
    if (opDefinition(node.op).readout !== true) continue;
    const [source] = node.inputs as [Tensor];
    readouts.set(source, [...(readouts.get(source) ?? []), node]);
  }
  const tangents = new Map<Tensor, Tensor>();
  const together = new Map<Tensor, Tensor>();
  xs.forEach((x, i) => {
    if (directions[i] !== undefined) tangents.set(x, directions[i]);
  });
  for (const node of order) {
    if (tangents.has(node) || !node.inputs.some((x) => tangents.has(x))) continue;
    const op = opDefinition(node.op);
    const from = node.inputs.map((x) => tangents.get(x));
    if (op.several !== undefined) {
      const read = readouts.get(node) ?? [];
      // What was had along with a tangent before is read from there.
      const inputs = substitute(node.inputs, together);
      const moved = inputs.every((x, i) => x === node.inputs[i]) ? node : apply(node.op, inputs, node.attributes);
      const directionsIn = from.map((tangent) => tangent && substitute([tangent], together)[0]);
      op.several.jvp(moved, read, directionsIn).forEach(({ value, tangent }, i) => {
        if (value !== read[i]) together.set(read[i]!, value);
        if (tangent !== undefined) tangents.set(read[i]!, tangent);
      });
      continue;
    }
    if (!isFloat(node.dtype) || op.vjp === undefined) continue;
    const tangent = alongNode(node, from);
    if (tangent !== undefined) tangents.set(node, tangent);
  }
  const moving = ys.filter((y) => tangents.has(y));
  const rewritten = substitute([...ys, ...moving.map((y) => tangents.get(y)!)], together);
  const of = new Map(moving.map((y, i) => [y, rewritten[ys.length + i]!]));
  return { values: rewritten.slice(0, ys.length), tangents: ys.map((y) => of.get(y)) };
}

/** The tangent of one node, given those of its inputs. */
function alongNode(node: Tensor, from: readonly (Tensor | undefined)[]): Tensor | undefined {
  const u = placeholder(node.shape, node.dtype);
  const parts = opDefinition(node.op).vjp!(node, u, node.attributes);
  const pairs = parts.flatMap((part, i) => (part !== undefined && from[i] !== undefined ? [{ part, tangent: from[i] }] : []));
  if (pairs.length === 0) return undefined;
  const [along] = pullback(pairs.map(({ part }) => part), pairs.map(({ tangent }) => tangent), [u]);
  // Linear in u: what still mentions it is a derivative taken at any u.
  const [tangent] = substitute([along!], new Map([[u, zeros(u.shape, u.dtype)]]));
  return scalarValue(tangent!) === 0 ? undefined : tangent;
}
