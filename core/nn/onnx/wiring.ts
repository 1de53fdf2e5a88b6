import type { Known } from './array';
import type { OnnxFile, OnnxGraph, OnnxNode, ValueInfo } from './format/model';
import type { Refuse } from './format/protobuf';

/** The part of a model that one of its outputs needs, in an order in which it can be computed. */
export interface Wiring {
  readonly nodes: readonly OnnxNode[];
  /** Arrays of the file by name. */
  readonly arrays: ReadonlyMap<string, Known>;
  /** Inputs without a default: what the model is fed. */
  readonly inputs: readonly ValueInfo[];
  readonly output: ValueInfo;
}

/** Values that a node needs, those that its subgraphs take from outside among them. */
export function needsOf(node: OnnxNode): string[] {
  const needs = node.inputs.filter((name) => name !== '');
  for (const attribute of node.attributes.values()) if (attribute.kind === 'graph') needs.push(...freeNames(attribute.value));
  return needs;
}

function freeNames(graph: OnnxGraph): string[] {
  const own = new Set([
    ...graph.inputs.map(({ name }) => name), ...graph.initializers.map(({ name }) => name), ...graph.nodes.flatMap(({ outputs }) => outputs),
  ]);
  const wanted = [...graph.nodes.flatMap(needsOf), ...graph.outputs.map(({ name }) => name)];
  return [...new Set(wanted)].filter((name) => !own.has(name));
}

/**
 * Connects a model's nodes by the names of their values, for one output.
 *
 * @throws through `refuse` where a name is made twice, is made nowhere, or where nodes wait for each other
 */
export function wire(file: OnnxFile, output: string | undefined, refuse: Refuse): Wiring {
  const { graph } = file;
  const arrays = new Map<string, Known>();
  for (const { name, array } of graph.initializers) {
    if (name === '') refuse('it has an initializer without a name');
    if (arrays.has(name)) refuse(`the initializer "${name}" is there twice`);
    arrays.set(name, array);
  }
  const makers = new Map<string, OnnxNode>();
  const inputs = new Set<string>();
  for (const { name } of graph.inputs) {
    if (inputs.has(name)) refuse(`the input "${name}" is there twice`);
    inputs.add(name);
  }
  for (const node of graph.nodes) {
    for (const name of node.outputs) {
      if (name === '') continue;
      if (makers.has(name) || arrays.has(name) || inputs.has(name)) refuse(`the value "${name}" is made twice (by node ${node.name}, ${node.opType})`);
      makers.set(name, node);
    }
  }
  const known = (name: string): boolean => arrays.has(name) || inputs.has(name);
  const chosen = chooseOutput(graph, makers, output, refuse);
  const nodes = ordered(chosen.name, makers, known, refuse);
  const used = new Set(nodes.flatMap(needsOf));
  return { nodes, arrays, inputs: graph.inputs.filter(({ name }) => !arrays.has(name) && (used.has(name) || name === chosen.name)), output: chosen };
}

/**
 * The output that is trained: the named one; else the first of floating-point numbers, or the scores behind a ZipMap;
 * classes are passed over.
 */
function chooseOutput(graph: OnnxGraph, makers: ReadonlyMap<string, OnnxNode>, wanted: string | undefined, refuse: Refuse): ValueInfo {
  const { outputs } = graph;
  if (outputs.length === 0) return refuse('its graph has no output');
  if (wanted !== undefined) {
    return outputs.find(({ name }) => name === wanted)
      ?? refuse(`it has no output "${wanted}"; there are: ${outputs.map(({ name }) => `"${name}"`).join(', ')}`);
  }
  const floats = new Set([0, 1, 10, 11, 16]);
  const scores = outputs.find(({ name, kind, elementType }) => makers.get(name)?.opType === 'ZipMap' || (kind === 'tensor' && floats.has(elementType)));
  return scores ?? outputs[0]!;
}

/** Nodes that `output` needs, makers before users. Works without recursion: chains may be long. */
function ordered(output: string, makers: ReadonlyMap<string, OnnxNode>, known: (name: string) => boolean, refuse: Refuse): OnnxNode[] {
  const order: OnnxNode[] = [];
  const state = new Map<OnnxNode, 'open' | 'done'>();
  const makerOf = (name: string, user: string): OnnxNode | undefined => {
    if (known(name)) return undefined;
    return makers.get(name) ?? refuse(`${user} needs the value "${name}", which nothing makes`);
  };
  const first = makerOf(output, 'the output');
  const stack: { node: OnnxNode; needs: string[]; next: number }[] = [];
  const enter = (node: OnnxNode): void => {
    state.set(node, 'open');
    stack.push({ node, needs: needsOf(node), next: 0 });
  };
  if (first !== undefined) enter(first);
  while (stack.length > 0) {
    const top = stack.at(-1)!;
    const name = top.needs[top.next++];
    if (name === undefined) {
      state.set(top.node, 'done');
      order.push(top.node);
      stack.pop();
      continue;
    }
    const maker = makerOf(name, `node ${top.node.name} (${top.node.opType})`);
    if (maker === undefined || state.get(maker) === 'done') continue;
    if (state.get(maker) === 'open') refuse(`its nodes go round in a circle through ${maker.name} (${maker.opType})`);
    enter(maker);
  }
  return order;
}
