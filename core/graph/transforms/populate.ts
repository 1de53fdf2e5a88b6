import { UserError } from '../error';
import { substitute } from '../order';
import { input } from '../ops/source';
import type { Graph } from '../trace';
import { vmapTensors } from './vmap-tensors';

/**
 * A graph for a population of `size` members: `vmap` of a graph that exists. The named inputs get the population as axis 0,
 * all others are shared by the members; every output has it as axis 0.
 */
export function populateGraph(graph: Graph, size: number, own: (name: string) => boolean): Graph {
  const inputs = graph.inputs.map(({ name, shape, dtype }) => (own(name) ? { name, shape: [size, ...shape], dtype } : { name, shape, dtype }));
  if (inputs.every(({ name }) => !own(name))) throw new UserError('graph.shape', 'populateGraph: no input carries the population');
  const originals = graph.inputs.map(({ name, shape, dtype }) => input(name, shape, dtype));
  const outputs = vmapTensors(
    (members) => substitute(graph.outputs.map(({ tensor }) => tensor), new Map(originals.map((original, i) => [original, members[i]!]))),
    inputs.map(({ name, shape, dtype }) => ({ value: input(name, shape, dtype), batched: own(name) })),
    size,
  );
  return { inputs, outputs: graph.outputs.map(({ name }, i) => ({ name, tensor: outputs[i]! })) };
}
