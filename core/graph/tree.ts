/**
 * A nested structure of leaves: parameters, state, a batch. Records and arrays nest; anything else is a leaf. A record is
 * a plain object, so tensors and typed arrays are leaves.
 */
export type Tree<L> = L | readonly Tree<L>[] | { readonly [key: string]: Tree<L> };

/** The tree `T` with other leaves: `MapTree<{ w: Tensor }, Feed>` is `{ w: Feed }`. */
export type MapTree<T, From, To> = T extends From ? To : { [K in keyof T]: MapTree<T[K], From, To> };

type IsLeaf = (node: unknown) => boolean;

const isRecord = (node: unknown): node is Record<string, unknown> => {
  if (typeof node !== 'object' || node === null) return false;
  const prototype: unknown = Object.getPrototypeOf(node);
  return prototype === Object.prototype || prototype === null;
};

const never: IsLeaf = () => false;

/** Visits leaves in a fixed order: arrays by index, records by the order of their keys. */
function visit(node: unknown, path: string, isLeaf: IsLeaf, leaf: (value: unknown, path: string) => unknown): unknown {
  const under = (key: string | number): string => (path === '' ? String(key) : `${path}.${key}`);
  if (!isLeaf(node)) {
    if (Array.isArray(node)) return node.map((child, i) => visit(child, under(i), isLeaf, leaf));
    if (isRecord(node)) {
      return Object.fromEntries(Object.entries(node).map(([key, child]) => [key, visit(child, under(key), isLeaf, leaf)]));
    }
  }
  return leaf(node, path);
}

/** The same tree with `f(leaf, path)` in place of each leaf; paths read like `params.layers.0.weight`. */
export function treeMap<L, M>(f: (leaf: L, path: string) => M, tree: Tree<L>, isLeaf: IsLeaf = never): Tree<M> {
  return visit(tree, '', isLeaf, (value, path) => f(value as L, path)) as Tree<M>;
}

/** Leaves in order. */
export const treeLeaves = <L>(tree: Tree<L>, isLeaf: IsLeaf = never): L[] => treeFlatten(tree, isLeaf).leaves;

/** Leaves and their path names, in order. */
export function treeFlatten<L>(tree: Tree<L>, isLeaf: IsLeaf = never): { leaves: L[]; paths: string[] } {
  const leaves: L[] = [];
  const paths: string[] = [];
  visit(tree, '', isLeaf, (value, path) => {
    leaves.push(value as L);
    paths.push(path);
    return undefined;
  });
  return { leaves, paths };
}

/** The tree `like` with `leaves`, in order, in place of its own. */
export function treeUnflatten<L, M>(like: Tree<L>, leaves: readonly M[], isLeaf: IsLeaf = never): Tree<M> {
  let next = 0;
  const tree = visit(like, '', isLeaf, () => leaves[next++]) as Tree<M>;
  if (next !== leaves.length) throw new Error(`treeUnflatten: the tree has ${next} leaves, ${leaves.length} were given`);
  return tree;
}
