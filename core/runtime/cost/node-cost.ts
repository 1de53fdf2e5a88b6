import { bytesPerElement, loopPlan, loopReaders, opDefinition, scalarValue, type Tensor, topologicalOrder } from '#core/graph';

/** What one node of a graph costs in one run of the graph. */
export interface NodeCost {
  readonly node: Tensor;
  /** How often it is computed: the steps of the loops around it. */
  readonly times: number;
  /** Floating-point operations of all times together. */
  readonly flops: number;
  /** Bytes read and written, of all times together. */
  readonly bytes: number;
}

/** Ops that compute and move nothing: values that are there, and other views of them. */
const weightless = new Set(['input', 'scalar', 'constant', 'reshape', 'barrier', 'stopGradient', 'customGradient', 'checkpoint', 'checkpointOutput', 'loop', 'loopFinal', 'loopStack']);

/** Whether executors hold the tensor as another view of its input, or as one number. */
export const isFree = (x: Tensor): boolean => weightless.has(x.op) || scalarValue(x) !== undefined;

export const bytesOf = (x: Tensor): number => (scalarValue(x) === undefined ? x.size : 1) * bytesPerElement(x.dtype);

/** Ops that read as much of their first input as they give, however large it is. */
const picking = new Set(['gather', 'gatherAlong', 'slice']);

/** Bytes that a node reads and writes. */
function traffic(node: Tensor): number {
  const [first, ...others] = node.inputs;
  const read = first === undefined ? 0 : picking.has(node.op) ? Math.min(bytesOf(first), bytesOf(node)) : bytesOf(first);
  return bytesOf(node) + read + others.reduce((total, x) => total + bytesOf(x), 0);
}

/** The cost of each node that computes something; bodies of loops count once a step. */
export function nodeCosts(outputs: readonly Tensor[], times = 1): NodeCost[] {
  const order = topologicalOrder(outputs);
  const readers = loopReaders(order);
  return order.flatMap((node) => {
    const read = readers.get(node);
    if (read !== undefined) {
      const { length, next, stacks } = loopPlan(node, read);
      return nodeCosts([...next, ...stacks], times * length);
    }
    if (isFree(node)) return [];
    const flops = opDefinition(node.op).flops?.(node, node.attributes) ?? node.size;
    return [{ node, times, flops: flops * times, bytes: traffic(node) * times }];
  });
}
