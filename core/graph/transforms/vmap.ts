import { UserError } from '../error';
import { moveAxis } from '../ops/layout';
import { normalizeAxis } from '../shape';
import { Tensor } from '../tensor';
import { type Tree, treeFlatten, treeLeaves, treeUnflatten } from '../tree';
import { vmapTensors } from './vmap-tensors';

/** Which axis of the tree `T` carries the population: a number, null for none, or a tree of these as deep as wanted. */
export type Axes<T> = number | null | ([Tree<Tensor>] extends [T] ? AnyAxes : T extends Tensor ? never : { readonly [K in keyof T]: Axes<T[K]> });

/** The same for a tree of any shape. */
type AnyAxes = number | null | { readonly [key: string]: AnyAxes };

/**
 * Turns a function of one member into one of a whole population, in one program.
 *
 * @param inAxes one entry an argument: the axis that carries the population (`null`: shared by all), or a tree of those.
 *   Default: 0 everywhere.
 * @param outAxes the axis the population takes in each result. Default: 0.
 */
export function vmap<Args extends readonly Tree<Tensor>[], R extends Tree<Tensor>>(
  f: (...args: Args) => R,
  options: { inAxes?: { readonly [K in keyof Args]: Axes<Args[K]> }; outAxes?: Axes<R> } = {},
): (...args: Args) => R {
  const { inAxes, outAxes = 0 } = options as { inAxes?: readonly AnyAxes[]; outAxes?: AnyAxes };
  return (...args) => {
    const { leaves, paths } = treeFlatten<Tensor>(args as readonly Tree<Tensor>[]);
    const axes = args.flatMap((arg, i) => leafAxes(arg, inAxes === undefined ? 0 : (inAxes[i] ?? null)));
    let size: number | undefined;
    const inputs = leaves.map((value, i) => {
      const axis = axes[i]!;
      if (axis === null) return { value, batched: false };
      const at = normalizeAxis('vmap', axis, value.rank);
      const n = value.shape[at]!;
      if (size !== undefined && n !== size) {
        throw new UserError('graph.shape', `vmap: argument ${paths[i]} has ${n} members on axis ${at}, others have ${size}`);
      }
      size = n;
      return { value: moveAxis(value, at, 0), batched: true };
    });
    if (size === undefined) throw new UserError('graph.shape', 'vmap: no argument carries the population');

    let result: R | undefined;
    const outputs = vmapTensors(
      (members) => {
        result = f(...(treeUnflatten(args as readonly Tree<Tensor>[], members) as unknown as Args));
        return treeLeaves<Tensor>(result);
      },
      inputs,
      size,
    );
    const places = leafAxes(result!, outAxes);
    const placed = outputs.map((y, i) => moveAxis(y, 0, normalizeAxis('vmap', places[i] ?? 0, y.rank)));
    return treeUnflatten<Tensor, Tensor>(result!, placed) as R;
  };
}

/** A tree prefix of axes, spread over the leaves below it. */
function leafAxes(tree: Tree<Tensor>, axes: AnyAxes): (number | null)[] {
  if (typeof axes === 'number' || axes === null) return treeLeaves<Tensor>(tree).map(() => axes);
  if (tree instanceof Tensor) throw new UserError('graph.shape', 'vmap: the tree of axes is deeper than the arguments');
  return Object.entries(tree).flatMap(([key, child]) => {
    const below = (axes as Record<string, AnyAxes>)[key];
    if (below === undefined) throw new UserError('graph.shape', `vmap: no axis is given for ${key}`);
    return leafAxes(child as Tree<Tensor>, below);
  });
}
