import { type Graph, topologicalOrder, unrollLoops, valuesOnly } from '#core/graph';
import { foldConstants } from './fold-constants';
import type { DeviceId } from './program';

/** Nodes up to which a loop is written out for a device that would run each step of it from the host. */
const WRITTEN_OUT = 20_000;

/** The graph as an executor wants it: without what matters for derivatives only, without loops where the device has none, with constants computed. */
export function prepare(graph: Graph, device: DeviceId): Graph {
  // What loops are written out to may hold what matters for derivatives only.
  const values = valuesOnly(withLoops(valuesOnly(graph.outputs.map(({ tensor }) => tensor)), device));
  // The reference keeps constants in float64, which folding would round.
  const outputs = device === 'reference' ? values : foldConstants(values);
  return { inputs: graph.inputs, outputs: graph.outputs.map(({ name }, i) => ({ name, tensor: outputs[i]! })) };
}

function withLoops(outputs: Graph['outputs'][number]['tensor'][], device: DeviceId): Graph['outputs'][number]['tensor'][] {
  if (device === 'reference' || device === 'cpu' || device === 'cuda') return outputs;
  const nodes = topologicalOrder(outputs).reduce((total, { op, attributes }) =>
    total + (op === 'loop' ? (attributes['length'] as number) * topologicalOrder((attributes['body'] as { outputs: typeof outputs }).outputs).length : 1), 0);
  return device === 'tensorflow' || nodes <= WRITTEN_OUT ? unrollLoops(outputs) : outputs;
}
