import type { Graph } from '#core/graph';
import { type MemoryEstimate, memoryOf } from './cost/memory';
import { type NodeCost, nodeCosts } from './cost/node-cost';
import { prepare } from './prepare';
import type { DeviceId } from './program';

/** The nodes of one op. */
export interface OpCost {
  readonly op: string;
  readonly nodes: number;
  readonly flops: number;
  readonly bytes: number;
}

/** What one run of a graph costs, counted from the graph. */
export interface Estimate {
  /** Floating-point operations. */
  readonly flops: number;
  /** Bytes written by all operations, and read. */
  readonly bytes: number;
  readonly memory: MemoryEstimate;
  /** Nodes that compute something, in the order of computation. */
  readonly nodes: readonly NodeCost[];
  /** The same by op, the most work first. */
  readonly ops: readonly OpCost[];
}

/** Counts operations, memory traffic and memory of one run, as the device would run it. */
export function estimate(given: Graph, device: DeviceId = 'cpu'): Estimate {
  const graph = prepare(given, device);
  const nodes = nodeCosts(graph.outputs.map(({ tensor }) => tensor));
  const total = (part: (cost: NodeCost) => number): number => nodes.reduce((sum, cost) => sum + part(cost), 0);
  const ops = new Map<string, OpCost>();
  for (const { node, flops, bytes } of nodes) {
    const known = ops.get(node.op) ?? { op: node.op, nodes: 0, flops: 0, bytes: 0 };
    ops.set(node.op, { op: node.op, nodes: known.nodes + 1, flops: known.flops + flops, bytes: known.bytes + bytes });
  }
  return {
    flops: total(({ flops }) => flops),
    bytes: total(({ bytes }) => bytes),
    memory: memoryOf(graph),
    nodes,
    ops: [...ops.values()].sort((a, b) => b.flops - a.flops || b.bytes - a.bytes),
  };
}
