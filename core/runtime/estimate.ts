import { bytesPerElement, type Graph, opDefinition, topologicalOrder } from '#core/graph';

/** What one run of a graph costs, counted from the graph. */
export interface Estimate {
  /** Floating-point operations. */
  readonly flops: number;
  /** Bytes written by all operations, and read. */
  readonly bytes: number;
}

/** Counts operations and memory traffic of one run. */
export function estimate(graph: Graph): Estimate {
  let flops = 0;
  let bytes = 0;
  for (const node of topologicalOrder(graph.outputs.map(({ tensor }) => tensor))) {
    flops += opDefinition(node.op).flops?.(node, node.attributes) ?? node.size;
    if (node.inputs.length === 0 || node.op === 'reshape') continue;
    for (const x of [node, ...node.inputs]) bytes += x.size * bytesPerElement(x.dtype);
  }
  return { flops, bytes };
}
