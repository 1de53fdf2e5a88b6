import { apply } from '../apply';
import { UserError } from '../error';
import { loopFinal, loopStack } from '../ops/loop';
import { reshape } from '../ops/layout';
import { slice, stack } from '../ops/slicing';
import { placeholder, zeros } from '../ops/source';
import { sameShape, ShapeError } from '../shape';
import { closedSubgraph, outsideReads } from '../subgraph';
import { Tensor } from '../tensor';
import { type Tree, treeFlatten, treeLeaves, treeUnflatten } from '../tree';

export interface ScanOptions {
  /** Number of steps; needed only where `xs` holds no tensor. */
  readonly length?: number;
  /** From the last element to the first. Results stand at the place of their element all the same. */
  readonly reverse?: boolean;
  /** Writes the steps out one after the other instead of looping: quicker for a few short ones, larger to compile. */
  readonly unroll?: boolean;
}

/**
 * A loop with a carried state: `[carry, y] = step(carry, xs[t])` for each `t`; gives the last carry and all `y` stacked.
 * Differentiable any number of times, batched by `vmap`, and compiled as a loop: the step is traced once.
 *
 * @param step from the carry (a tree) and one element of each sequence to the next carry, a tree like it, and any results
 * @param init the first carry
 * @param xs sequences (a tree), each `[length, ...]`; `{}` with `options.length` for none
 * @returns `[carry, ys]`, each y `[length, ...]`
 * @throws ShapeError when the carry changes its shape or type, or sequences differ in length
 */
export function scan<C extends Tree<Tensor>, X extends Tree<Tensor>, Y extends Tree<Tensor>>(
  step: (carry: C, x: X) => readonly [C, Y],
  init: C,
  xs: X,
  options: ScanOptions = {},
): [C, Y] {
  const carries = treeFlatten<Tensor>(init);
  const sequences = treeFlatten<Tensor>(xs);
  const length = commonLength(sequences, options.length);
  const { reverse = false, unroll = false } = options;
  if (length > 0 && (unroll || length === 1)) return unrolled(step, init, xs, length, reverse);

  const carryIn = carries.leaves.map(({ shape, dtype }) => placeholder(shape, dtype));
  const xIn = sequences.leaves.map(({ shape, dtype }) => placeholder(shape.slice(1), dtype));
  const [next, y] = step(treeUnflatten<Tensor, Tensor>(init, carryIn) as C, treeUnflatten<Tensor, Tensor>(xs, xIn) as X);
  const outputs = checkedCarry(next, carries);
  const ys = treeLeaves<Tensor>(y);
  if (length === 0) return [init, treeUnflatten<Tensor, Tensor>(y, ys.map((leaf) => zeros([0, ...leaf.shape], leaf.dtype))) as Y];

  const fixed = outsideReads([...outputs, ...ys], [...carryIn, ...xIn]);
  const { subgraph, others } = closedSubgraph([...fixed, ...carryIn, ...xIn], outputs, ys);
  const loop = apply('loop', [...fixed, ...carries.leaves, ...sequences.leaves], {
    body: subgraph,
    length,
    consts: fixed.length,
    carries: carryIn.length,
    reverse,
  });
  const finals = outputs.map((_, i) => loopFinal(loop, i));
  return [treeUnflatten<Tensor, Tensor>(init, finals) as C, treeUnflatten<Tensor, Tensor>(y, others.map((of) => loopStack(loop, of))) as Y];
}

function commonLength({ leaves, paths }: { leaves: Tensor[]; paths: string[] }, given: number | undefined): number {
  let length = given;
  if (length !== undefined && (!Number.isInteger(length) || length < 0)) throw new UserError('graph.shape', `scan: ${length} is not a number of steps`);
  for (const [i, x] of leaves.entries()) {
    const n = x.shape[0];
    const name = paths[i] === '' ? 'the sequence' : `sequence ${paths[i]}`;
    if (n === undefined) throw new ShapeError(`scan: ${name} is a scalar; it needs a first axis to step along`);
    if (length !== undefined && n !== length) throw new ShapeError(`scan: ${name} has ${n} elements, others have ${length}`);
    length = n;
  }
  if (length === undefined) throw new UserError('graph.shape', 'scan: without sequences the number of steps must be given', { hint: 'pass { length }' });
  return length;
}

/** The carry's leaves, which must be like those of the first one. */
function checkedCarry(next: Tree<Tensor>, first: { leaves: Tensor[]; paths: string[] }): Tensor[] {
  const { leaves, paths } = treeFlatten<Tensor>(next);
  if (leaves.length !== first.leaves.length) throw new ShapeError(`scan: the carry has ${first.leaves.length} tensors, the step gives ${leaves.length}`);
  leaves.forEach((leaf, i) => {
    const start = first.leaves[i]!;
    const name = first.paths[i] === '' ? 'the carry' : `carry ${first.paths[i]}`;
    if (paths[i] !== first.paths[i]) throw new ShapeError(`scan: ${name} comes back from the step as ${paths[i]}`);
    if (!(leaf instanceof Tensor)) throw new UserError('graph.trace', `scan: ${name} comes back from the step as something else than a tensor`);
    if (leaf.dtype !== start.dtype || !sameShape(leaf.shape, start.shape)) throw new ShapeError(`scan: ${name} starts as ${start}, the step gives ${leaf}`);
  });
  return leaves;
}

function unrolled<C extends Tree<Tensor>, X extends Tree<Tensor>, Y extends Tree<Tensor>>(
  step: (carry: C, x: X) => readonly [C, Y],
  init: C,
  xs: X,
  length: number,
  reverse: boolean,
): [C, Y] {
  let carry = init;
  const results: Tensor[][] = [];
  let like: Y | undefined;
  for (let t = 0; t < length; t++) {
    const at = reverse ? length - 1 - t : t;
    const element = treeLeaves<Tensor>(xs).map((x) => reshape(slice(x, [at], [at + 1]), x.shape.slice(1)));
    const [next, y] = step(carry, treeUnflatten<Tensor, Tensor>(xs, element) as X);
    checkedCarry(next, treeFlatten<Tensor>(init));
    carry = next;
    like = y;
    results[at] = treeLeaves<Tensor>(y);
  }
  const ys = results[0]!.map((_, i) => stack(results.map((leaves) => leaves[i]!)));
  return [carry, treeUnflatten<Tensor, Tensor>(like!, ys) as Y];
}
