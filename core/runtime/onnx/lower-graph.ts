import { type Graph, input, type Tensor } from '#core/graph';
import { type LoweringTable, OnnxBuilder } from './builder';
import { lowerings } from './lower';
import type { OnnxModel, OnnxValue } from './model';

/** ONNX's operator set that the lowerings are written in. */
export const OPSET = 18;

export interface LowerOptions {
  /** Standard operators only. */
  readonly portable?: boolean;
  /** Channels in a block of ONNX Runtime's blocked convolutions (`blockSize`); without it they are not used. */
  readonly block?: number | undefined;
  /** Lowerings that a provider wants otherwise than usual. */
  readonly overlay?: LoweringTable | undefined;
  readonly name?: string;
  /** Names in the model by the graph's names; others stay as they are. */
  readonly names?: Readonly<Record<string, string>>;
  /** Tensors whose axis 0 is the batch, to be left open. */
  readonly openBatch?: ReadonlySet<Tensor> | undefined;
  /** Inputs and outputs that only programs lowered with the same names sealed exchange. */
  readonly sealed?: ReadonlySet<string> | undefined;
}

/** The graph as an ONNX model. */
export function lowerGraph(graph: Graph, options: LowerOptions = {}): OnnxModel {
  const { names = {}, openBatch = new Set<Tensor>(), sealed = new Set<string>() } = options;
  const inputs = graph.inputs.map(({ name, shape, dtype }) => ({ name: names[name] ?? name, tensor: input(name, shape, dtype) }));
  const outputs = graph.outputs.map(({ name, tensor }) => ({ name: outputName(graph, name, names), tensor, isSealed: sealed.has(name) }));
  const taken = [...inputs, ...outputs].map(({ name }) => name);
  const builder = new OnnxBuilder({ ...lowerings, ...options.overlay }, { portable: options.portable ?? false, block: options.block, openBatch, sealed, taken }, outputs.map(({ tensor }) => tensor));
  for (const { name, tensor } of inputs) builder.bind(tensor, name);
  const values = outputs.map(({ tensor, isSealed }) => (isSealed ? builder.seal(tensor) : builder.lower(tensor)));
  outputs.forEach(({ name }, i) => builder.output(values[i]!, name));
  builder.prune(outputs.map(({ name }) => name));
  const batch = inputs.find(({ tensor }) => openBatch.has(tensor))?.tensor.shape[0];
  const value = ({ name, tensor }: { name: string; tensor: Tensor }): OnnxValue => {
    const open = tensor.shape[0] === batch ? 'batch' : `batch x ${tensor.shape[0]! / batch!}`;
    return { name, dtype: tensor.dtype, shape: openBatch.has(tensor) ? [open, ...tensor.shape.slice(1)] : tensor.shape };
  };
  return {
    opset: OPSET,
    name: options.name ?? 'graph',
    nodes: builder.nodes,
    initializers: builder.initializers,
    values: builder.values,
    inputs: inputs.map(value),
    outputs: outputs.map(value),
  };
}

/** ONNX has one space of names: an output that is called like an input gets a mark. */
export function outputName(graph: Graph, name: string, names: Readonly<Record<string, string>> = {}): string {
  const chosen = names[name] ?? name;
  return graph.inputs.some((x) => (names[x.name] ?? x.name) === chosen) ? `${chosen}'` : chosen;
}
