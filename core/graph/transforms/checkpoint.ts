import { apply } from '../apply';
import { placeholder } from '../ops/source';
import { substitute } from '../order';
import { closedSubgraph, outsideReads } from '../subgraph';
import type { Tensor } from '../tensor';
import { type Tree, treeFlatten, treeLeaves, treeUnflatten } from '../tree';

/**
 * `f` with less memory for its gradient (Chen et al. 2016, "Training deep nets with sublinear memory cost"): what `f` computes
 * on the way to its results is not kept for the backward pass, which computes it anew. Values are those of `f` to the bit, gradients
 * up to the order of sums; a gradient costs one more evaluation of `f`.
 */
export function checkpoint<Args extends readonly Tree<Tensor>[], R extends Tree<Tensor>>(f: (...args: Args) => R): (...args: Args) => R {
  return (...args) => {
    const given = treeFlatten<Tensor>(args as readonly Tree<Tensor>[]).leaves;
    const standIns = given.map(({ shape, dtype }) => placeholder(shape, dtype));
    const result = f(...(treeUnflatten(args as readonly Tree<Tensor>[], standIns) as unknown as Args));
    const ys = treeLeaves<Tensor>(result);
    const outside = outsideReads(ys, standIns);
    const { subgraph } = closedSubgraph([...standIns, ...outside], ys);
    const values = substitute(ys, new Map(standIns.map((x, i) => [x, given[i]!])));
    const node = apply('checkpoint', [...values, ...given, ...outside], { body: subgraph });
    const outputs = values.map((y, index) => apply('checkpointOutput', [node], { index, rank: y.rank }));
    return treeUnflatten<Tensor, Tensor>(result, outputs) as R;
  };
}
