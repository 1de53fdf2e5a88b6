import { type Graph, input } from '#core/graph';
import { OnnxBuilder } from './builder';
import { lowerings } from './lower';
import type { OnnxModel } from './model';

/** ONNX's operator set that the lowerings are written in. */
export const OPSET = 18;

/** The graph as an ONNX model whose inputs and outputs bear the graph's names. */
export function lowerGraph(graph: Graph, options: { portable?: boolean; name?: string } = {}): OnnxModel {
  const tensors = graph.outputs.map(({ tensor }) => tensor);
  const builder = new OnnxBuilder(lowerings, options.portable ?? false, tensors);
  for (const { name, shape, dtype } of graph.inputs) builder.bind(input(name, shape, dtype), name);
  for (const { name, tensor } of graph.outputs) builder.emitNamed('Identity', [builder.lower(tensor)], outputName(graph, name));
  return {
    opset: OPSET,
    name: options.name ?? 'graph',
    nodes: builder.nodes,
    initializers: builder.initializers,
    inputs: graph.inputs.map(({ name, shape, dtype }) => ({ name, shape, dtype })),
    outputs: graph.outputs.map(({ name, tensor }) => ({ name: outputName(graph, name), dtype: tensor.dtype, shape: tensor.shape })),
  };
}

/** ONNX has one space of names: an output that is called like an input gets a mark. */
export function outputName(graph: Graph, name: string): string {
  return graph.inputs.some((x) => x.name === name) ? `${name}'` : name;
}
