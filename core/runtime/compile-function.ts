import { isSpec, type MapTree, type Tensor, type TensorSpec, trace, type Tree, treeFlatten, treeUnflatten } from '#core/graph';
import { compile } from './compile';
import type { CompileOptions, DeviceArray, Feed, Program } from './program';

/** A compiled function from a tree of feeds to a tree of arrays, shaped like the function's own argument and result. */
export interface CompiledFunction<S extends Tree<TensorSpec>, R extends Tree<Tensor>> {
  readonly program: Program;
  call(feeds: MapTree<S, TensorSpec, Feed>): Promise<MapTree<R, Tensor, DeviceArray>>;
  dispose(): Promise<void>;
}

const isFeed = (node: unknown): boolean => ArrayBuffer.isView(node) || (typeof node === 'object' && node !== null && 'read' in node);

/** Traces `f` on inputs shaped like `specs` and compiles the graph. */
export async function compileFunction<S extends Tree<TensorSpec>, R extends Tree<Tensor>>(
  f: (args: MapTree<S, TensorSpec, Tensor>) => R,
  specs: S,
  options: CompileOptions,
): Promise<CompiledFunction<S, R>> {
  // The generic tree types are too deep for the checker here; the signature above is what callers see.
  const graph = trace<TensorSpec, R>(f as never, specs as never);
  const program = await compile(graph, options);
  const alone = isSpec(specs);
  return {
    program,
    async call(feeds: unknown) {
      const { leaves, paths } = treeFlatten<Feed>(feeds as Tree<Feed>, isFeed);
      const named = Object.fromEntries(leaves.map((leaf, i) => [alone ? 'input' : paths[i]!, leaf]));
      const results = await program.run(named);
      const ordered = graph.outputs.map(({ name }) => results[name]!);
      return treeUnflatten<Tensor, DeviceArray>(graph.result, ordered) as never;
    },
    dispose: () => program.dispose(),
  };
}
