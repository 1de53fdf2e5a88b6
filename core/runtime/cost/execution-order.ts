import type { Tensor } from '#core/graph';

/**
 * The order in which ONNX Runtime computes a graph: back from the results, depth first, the newest input first. What comes when decides
 * how much is alive at once.
 */
export function executionOrder(outputs: readonly Tensor[]): Tensor[] {
  const order: Tensor[] = [];
  const visited = new Set<Tensor>();
  const stack = outputs.map((node) => ({ node, leave: false }));
  while (stack.length > 0) {
    const { node, leave } = stack.pop()!;
    if (leave) {
      order.push(node);
      continue;
    }
    if (visited.has(node)) continue;
    visited.add(node);
    stack.push({ node, leave: true });
    for (const input of [...node.inputs].sort((a, b) => a.id - b.id)) if (!visited.has(input)) stack.push({ node: input, leave: false });
  }
  return order;
}
