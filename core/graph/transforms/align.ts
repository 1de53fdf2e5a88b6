import { apply } from '../apply';
import type { DType, TypedArray } from '../dtype';
import { constantData, input } from '../ops/source';
import { sameShape } from '../shape';
import type { Attributes, Tensor } from '../tensor';
import type { Graph } from '../trace';

/** A number (or an array of constants) in which the graphs differ: an input of the common graph. */
export interface DifferingInput {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: DType;
  /** One entry a graph, each as long as `shape` is large. */
  readonly values: readonly ArrayLike<number>[];
}

/** One graph for several that differ in numbers only. */
export interface AlignedGraph {
  readonly graph: Graph;
  readonly differing: readonly DifferingInput[];
}

/**
 * The common graph of several: node by node the same, but for the values of constants. Where these differ, the common graph
 * has an input (`differing.0`, ...). Undefined where the graphs differ in more: another op, shape, attribute or input.
 *
 * Derivatives must have been taken: of a custom gradient only its value is kept.
 */
export function alignGraphs(graphs: readonly Graph[]): AlignedGraph | undefined {
  const [first, ...rest] = graphs;
  if (first === undefined || rest.some((graph) => !sameInterface(first, graph))) return undefined;
  const differing: DifferingInput[] = [];
  const common = new Map<string, Tensor>();

  /** The common node of one node of each graph. */
  const meet = (nodes: readonly Tensor[]): Tensor | undefined => {
    const [node, ...others] = nodes as [Tensor, ...Tensor[]];
    if (others.every((other) => other === node)) return node;
    if (others.some((other) => other.op !== node.op || other.dtype !== node.dtype || !sameShape(other.shape, node.shape))) return undefined;
    if (node.op === 'scalar' || node.op === 'constant') {
      const values = nodes.map((each) => (each.op === 'scalar' ? [each.attributes['value'] as number] : numbersOf(constantData(each))));
      if (values.every((each) => each.every((value, i) => Object.is(value, values[0]![i])))) return node;
      const name = `differing.${differing.length}`;
      differing.push({ name, shape: node.shape, dtype: node.dtype, values });
      return input(name, node.shape, node.dtype);
    }
    if (node.op === 'input' || others.some((other) => other.inputs.length !== node.inputs.length)) return undefined;
    const inputs = node.inputs.map((_, i) => common.get(keyOf(nodes.map((each) => each.inputs[i]!)))!);
    if (node.op === 'customGradient') return inputs[0];
    return others.every((other) => sameAttributes(other.attributes, node.attributes)) ? apply(node.op, inputs, node.attributes) : undefined;
  };

  const outputs: { name: string; tensor: Tensor }[] = [];
  for (const [place, { name }] of first.outputs.entries()) {
    const roots = graphs.map((graph) => graph.outputs[place]!.tensor);
    // Depth first without recursion: graphs of hundreds of layers are deeper than the stack.
    const stack = [roots];
    while (stack.length > 0) {
      const nodes = stack.at(-1)!;
      const key = keyOf(nodes);
      if (common.has(key)) {
        stack.pop();
        continue;
      }
      const same = nodes.every((node) => node === nodes[0]);
      const waiting = same ? [] : nodes[0]!.inputs.map((_, i) => nodes.map((node) => node.inputs[i])).filter((below): below is Tensor[] => below.every((node) => node !== undefined) && !common.has(keyOf(below as Tensor[])));
      if (waiting.length > 0) {
        stack.push(...waiting);
        continue;
      }
      const met = meet(nodes);
      if (met === undefined) return undefined;
      common.set(key, met);
      stack.pop();
    }
    outputs.push({ name, tensor: common.get(keyOf(roots))! });
  }
  const inputs = [...first.inputs, ...differing.map(({ name, shape, dtype }) => ({ name, shape, dtype }))];
  return { graph: { inputs, outputs }, differing };
}

const keyOf = (nodes: readonly Tensor[]): string => nodes.map(({ id }) => id).join();

const numbersOf = (data: TypedArray): number[] => Array.from(data as ArrayLike<number | bigint>, Number);

function sameInterface(a: Graph, b: Graph): boolean {
  return a.inputs.length === b.inputs.length && a.outputs.length === b.outputs.length
    && a.inputs.every(({ name, shape, dtype }, i) => name === b.inputs[i]!.name && dtype === b.inputs[i]!.dtype && sameShape(shape, b.inputs[i]!.shape))
    && a.outputs.every(({ name }, i) => name === b.outputs[i]!.name);
}

function sameAttributes(a: Attributes, b: Attributes): boolean {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].every((name) => a[name] === b[name] || (isPlain(a[name]) && isPlain(b[name]) && JSON.stringify(a[name]) === JSON.stringify(b[name])));
}

/** Numbers, texts and lists of them compare by value; anything else is equal to itself only. */
const isPlain = (value: unknown): boolean => typeof value !== 'object' ? typeof value !== 'function' : Array.isArray(value) && value.every(isPlain);
