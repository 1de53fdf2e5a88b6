import { batchNormInference, type Graph, input, scalarValue, substitute, type Tensor, topologicalOrder } from '#core/graph';
import { inputsFirst } from './inputs-first';
import type { OnnxGraph, OnnxNode } from './onnx/model';

/** A BatchNorm with given moments, all of whose numbers are fed: what `BatchNormalization` of ONNX computes. */
interface StandingBatchNorm {
  /** Names of the value that it normalizes and of its result in the graph without it. */
  readonly from: string;
  readonly to: string;
  /** Names of the inputs `weight`, `bias`, mean and variance, in ONNX's order. */
  readonly numbers: readonly string[];
  readonly epsilon: number;
}

/** A graph without its BatchNorms: what they read are further outputs, their results further inputs, behind its own. */
interface Apart {
  readonly graph: Graph;
  readonly norms: readonly StandingBatchNorm[];
  /** The tensors of the whole graph that the further inputs stand for, by their names. */
  readonly results: ReadonlyMap<string, Tensor>;
}

/** Takes every BatchNorm in inference form out of a graph, so that a file can name it: as arithmetic, no reader would know whose statistics they are. */
export function withoutBatchNorms(graph: Graph): Apart {
  const found = topologicalOrder(graph.outputs.map(({ tensor }) => tensor)).flatMap((node) => batchNormOf(node) ?? []);
  const named = found.map((norm, at) => ({ ...norm, from: `batch_norm_${at}.x`, to: `batch_norm_${at}.y` }));
  const stands = new Map(named.map(({ node, to }) => [node, input(to, node.shape, node.dtype)]));
  const tensors = substitute([...graph.outputs.map(({ tensor }) => tensor), ...named.map(({ x }) => x)], stands);
  return {
    graph: {
      inputs: [...graph.inputs, ...named.map(({ to, node: { shape, dtype } }) => ({ name: to, shape, dtype }))],
      outputs: [...graph.outputs.map(({ name }) => name), ...named.map(({ from }) => from)].map((name, at) => ({ name, tensor: tensors[at]! })),
    },
    norms: named.map(({ from, to, numbers, epsilon }) => ({ from, to, numbers, epsilon })),
    results: new Map(named.map(({ to, node }) => [to, node])),
  };
}

/** The BatchNorm that a node is the result of: verified by building it once more. */
function batchNormOf(node: Tensor): { node: Tensor; x: Tensor; numbers: string[]; epsilon: number } | undefined {
  if (node.op !== 'add' || node.dtype !== 'float32' || node.rank < 2) return undefined;
  for (const [product, summand] of [node.inputs, node.inputs.toReversed()] as [Tensor, Tensor][]) {
    const shift = bare(summand);
    if (product.op !== 'mul' || shift.op !== 'sub') continue;
    const [bias, centre] = shift.inputs as [Tensor, Tensor];
    for (const [x, factor] of [product.inputs, product.inputs.toReversed()] as [Tensor, Tensor][]) {
      const scale = bare(factor);
      const mean = centre.inputs.find((each) => each !== scale);
      const r = scale.inputs.find(({ op }) => op === 'rsqrt');
      const weight = scale.inputs.find((each) => each !== r);
      const [variance, epsilon] = [r?.inputs[0]?.inputs.find((each) => scalarValue(each) === undefined), r?.inputs[0]?.inputs.map(scalarValue).find((value) => value !== undefined)];
      if (!mean || !weight || !variance || epsilon === undefined || x.rank !== node.rank) continue;
      const numbers = [weight, bias, mean, variance];
      if (numbers.some(({ op, rank }) => op !== 'input' || rank !== 1)) continue;
      if (batchNormInference(x, { mean, variance }, weight, bias, epsilon) === node) return { node, x, numbers: numbers.map(({ attributes }) => attributes['name'] as string), epsilon };
    }
  }
  return undefined;
}

const bare = (x: Tensor): Tensor => (x.op === 'reshape' ? x.inputs[0]! : x);

/** The ONNX graph of the whole from that of what is apart, with a `BatchNormalization` for each. @param names in the file by the graph's names */
export function withBatchNorms(apart: OnnxGraph, norms: readonly StandingBatchNorm[], names: Readonly<Record<string, string>>): OnnxGraph {
  if (norms.length === 0) return apart;
  const [gone, given] = [new Set(norms.map(({ to }) => to)), new Set(norms.map(({ from }) => from))];
  const nodes = norms.map(({ from, to, numbers, epsilon }): OnnxNode => ({
    opType: 'BatchNormalization', inputs: [from, ...numbers.map((name) => names[name] ?? name)], outputs: [to], attributes: { epsilon: { float: epsilon } },
  }));
  return {
    ...apart,
    nodes: ordered([...apart.nodes, ...nodes]),
    inputs: apart.inputs.filter(({ name }) => !gone.has(name)),
    outputs: apart.outputs.filter(({ name }) => !given.has(name)),
  };
}

/** Nodes in an order in which each finds its inputs made, as ONNX asks for. */
function ordered(nodes: readonly OnnxNode[]): OnnxNode[] {
  const maker = new Map(nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  return inputsFirst(nodes, (node) => reads(node).flatMap((name) => maker.get(name) ?? []));
}

/** Values that a node reads; the body of a loop reads others than its inputs. */
const reads = ({ inputs, attributes }: OnnxNode): string[] =>
  [...inputs, ...Object.values(attributes).flatMap((value) => (typeof value === 'object' && 'graph' in value ? value.graph.nodes.flatMap(reads) : []))];
