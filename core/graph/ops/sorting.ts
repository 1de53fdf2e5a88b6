import { apply } from '../apply';
import { defineOp } from '../op';
import { formatShape, normalizeAxis, ShapeError } from '../shape';
import type { Tensor } from '../tensor';
import { cast } from './elementwise';

/**
 * Positions (int64) of the `k` largest or smallest elements of every line along `axis`, best first; of equal elements the
 * first one comes first. Positions are steps of the input: flat.
 */
defineOp<{ axis: number; k: number; largest: boolean }>({
  name: 'topKIndices',
  infer([x], { axis, k }) {
    if (!Number.isInteger(k) || k < 0 || k > x!.shape[axis]!) {
      throw new ShapeError(`topK: k = ${k} of an axis of length ${x!.shape[axis]} (axis ${axis} of ${formatShape(x!.shape)})`);
    }
    return { shape: x!.shape.map((n, i) => (i === axis ? k : n)), dtype: 'int64' };
  },
  batch: ([x], { axis, ...rest }) => apply('topKIndices', [x!.value], { axis: axis + 1, ...rest }),
  flops: (node, { axis }) => node.inputs[0]!.size * Math.max(1, Math.ceil(Math.log2(node.inputs[0]!.shape[axis]! + 1))),
});

const ordered = (x: Tensor): Tensor => (x.dtype === 'bool' ? cast(x, 'int32') : x);

/**
 * The `k` largest (or smallest) elements of every line along `axis`, best first, and their positions (int64). Of equal elements
 * the first one comes first; the gradient goes to the elements that were chosen. NaNs have no place in the order.
 */
export function topK(x: Tensor, k: number, axis = -1, options: { largest?: boolean } = {}): { values: Tensor; indices: Tensor } {
  const at = normalizeAxis('topK', axis, x.rank);
  const indices = apply('topKIndices', [ordered(x)], { axis: at, k, largest: options.largest ?? true });
  return { values: apply('takeAlong', [x, indices], { axis: at }), indices };
}

/** Positions (int64) that put every line along `axis` in order; equal elements keep theirs (a stable sort). */
export function argsort(x: Tensor, axis = -1, options: { descending?: boolean } = {}): Tensor {
  const at = normalizeAxis('argsort', axis, x.rank);
  return apply('topKIndices', [ordered(x)], { axis: at, k: x.shape[at]!, largest: options.descending ?? false });
}

/** Every line along `axis` in ascending (or descending) order. The gradient goes back by the same permutation. */
export const sort = (x: Tensor, axis = -1, options: { descending?: boolean } = {}): Tensor =>
  apply('takeAlong', [x, argsort(x, axis, options)], { axis: normalizeAxis('sort', axis, x.rank) });
