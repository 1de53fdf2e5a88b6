import { UserError } from './error';
import { topologicalOrder } from './order';
import { input } from './ops/source';
import { Tensor, type TensorSpec } from './tensor';
import { type MapTree, type Tree, treeFlatten, treeMap } from './tree';

/** A value that a program takes or gives, under its tree path. */
export interface GraphInput extends TensorSpec {
  readonly name: string;
}
export interface GraphOutput {
  readonly name: string;
  readonly tensor: Tensor;
}

/** What an executor compiles: named inputs, named outputs, everything between. */
export interface Graph {
  readonly inputs: readonly GraphInput[];
  readonly outputs: readonly GraphOutput[];
}

/** A graph together with the tree of tensors that its function returned. */
export interface TracedGraph<R extends Tree<Tensor> = Tree<Tensor>> extends Graph {
  readonly result: R;
}

/** A tree's path names; a tree that is a single leaf is called `alone`. */
function names(paths: readonly string[], alone: string, what: string): string[] {
  const list = paths.map((path) => (path === '' ? alone : path));
  const twice = list.find((name, i) => list.indexOf(name) !== i);
  if (twice !== undefined) throw new UserError('graph.names', `trace: two ${what} are both called ${twice}`);
  return list;
}

export const isSpec = (node: unknown): boolean =>
  typeof node === 'object' && node !== null && 'dtype' in node && typeof node.dtype === 'string' && 'shape' in node && Array.isArray(node.shape);

/** Calls `f` once on symbolic inputs shaped like `specs`. Inputs and outputs are named by their tree paths. */
export function trace<S extends Tree<TensorSpec>, R extends Tree<Tensor>>(
  f: (args: MapTree<S, TensorSpec, Tensor>) => R,
  specs: S,
): TracedGraph<R> {
  const { leaves, paths } = treeFlatten<TensorSpec>(specs, isSpec);
  const inputNames = names(paths, 'input', 'inputs');
  const inputs = leaves.map(({ shape, dtype }, i) => ({ name: inputNames[i]!, shape: [...shape], dtype }));
  let next = 0;
  const args = treeMap<TensorSpec, Tensor>(
    () => {
      const { name, shape, dtype } = inputs[next++]!;
      return input(name, shape, dtype);
    },
    specs,
    isSpec,
  );
  const result = f(args as MapTree<S, TensorSpec, Tensor>);
  const { leaves: tensors, paths: outputPaths } = treeFlatten<Tensor>(result);
  const outputNames = names(outputPaths, 'output', 'outputs');
  const outputs = tensors.map((tensor, i) => {
    if (!(tensor instanceof Tensor)) throw new UserError('graph.trace', `trace: output ${outputNames[i]} is not a tensor`);
    return { name: outputNames[i]!, tensor };
  });
  const graph = { inputs, outputs, result };
  checkClosed(graph);
  return graph;
}

/** Every input that the outputs need must be one of the graph's. */
export function checkClosed(graph: Graph): void {
  const known = new Set(graph.inputs.map(({ name }) => name));
  for (const x of topologicalOrder(graph.outputs.map(({ tensor }) => tensor))) {
    const name = x.op === 'input' ? (x.attributes['name'] as string) : undefined;
    if (name !== undefined && !known.has(name)) throw new UserError('graph.trace', `trace: the result needs ${name}, which is not among the inputs`);
  }
}
