import { apply } from '../apply';
import type { DType } from '../dtype';
import { defineOp } from '../op';
import { formatShape, normalizeAxis, range, ShapeError } from '../shape';
import type { Tensor } from '../tensor';
import { add, mul } from './arithmetic';
import { cast, equal } from './comparison';
import { spread } from './elementwise';
import { moveAxis } from './layout';
import { arange } from './source';

/** Throws unless `indices` are whole numbers. */
export function checkIndices(op: string, indices: Tensor): void {
  if (indices.dtype !== 'int32' && indices.dtype !== 'int64') {
    throw new ShapeError(`${op}: indices must be int32 or int64, not ${indices.dtype}`);
  }
}

defineOp<{ axis: number }>({
  name: 'gather',
  infer([x, indices], { axis }) {
    checkIndices('gather', indices!);
    return { shape: [...x!.shape.slice(0, axis), ...indices!.shape, ...x!.shape.slice(axis + 1)], dtype: x!.dtype };
  },
  vjp(node, g, { axis }) {
    const [x, indices] = node.inputs as [Tensor, Tensor];
    return [apply('scatterAdd', [indices, g], { axis, length: x.shape[axis]! }), undefined];
  },
  batch([x, indices], { axis }, size) {
    if (!indices!.batched) return apply('gather', [x!.value, indices!.value], { axis: axis + 1 });
    const inner = indices!.value.rank - 1;
    if (!x!.batched) return moveAxis(apply('gather', [x!.value, indices!.value], { axis }), axis, 0);
    // Members stand one behind the other on the gathered axis; each member's indices are moved to its own place.
    const front = moveAxis(x!.value, axis + 1, 1);
    const joined = apply('reshape', [front], { shape: [size * front.shape[1]!, ...front.shape.slice(2)] });
    const picked = apply('gather', [joined, offsetIndices(indices!.value, front.shape[1]!)], { axis: 0 });
    // [size, ...indices, ...rest] -> indices behind the axes that came before `axis`.
    return transposeBlock(picked, 1, inner, axis);
  },
  flops: () => 0,
});

/** Moves the `length` axes that start at `from` behind the following `by` axes. */
function transposeBlock(x: Tensor, from: number, length: number, by: number): Tensor {
  const block = range(length, from);
  const passed = range(by, from + length);
  const permutation = [...range(from), ...passed, ...block, ...range(x.rank - from - length - by, from + length + by)];
  return apply('transpose', [x], { permutation });
}

/** Indices `[size, ...]` into `size` blocks of `length` elements that stand one behind the other. */
function offsetIndices(indices: Tensor, length: number): Tensor {
  const size = indices.shape[0]!;
  const offsets = mul(arange(size, indices.dtype), length);
  return add(indices, apply('reshape', [offsets], { shape: [size, ...indices.shape.slice(1).map(() => 1)] }));
}

defineOp<{ axis: number; length: number }>({
  name: 'scatterAdd',
  infer([indices, updates], { axis, length }) {
    checkIndices('scatterAdd', indices!);
    const at = updates!.shape.slice(axis, axis + indices!.rank);
    if (at.length !== indices!.rank || at.some((n, i) => n !== indices!.shape[i])) {
      throw new ShapeError(`scatterAdd: updates ${formatShape(updates!.shape)} do not hold indices ${formatShape(indices!.shape)} at axis ${axis}`);
    }
    const shape = [...updates!.shape.slice(0, axis), length, ...updates!.shape.slice(axis + indices!.rank)];
    return { shape, dtype: updates!.dtype };
  },
  vjp: (node, g, { axis }) => [undefined, apply('gather', [g, node.inputs[0]!], { axis })],
  batch([indices, updates], { axis, length }, size) {
    if (!indices!.batched) return apply('scatterAdd', [indices!.value, updates!.value], { axis: axis + 1, length });
    const inner = indices!.value.rank - 1;
    const spreadUpdates = spread(updates!, size);
    // [size, ...before, ...indices, ...after] -> [size, ...indices, ...before, ...after]
    const front = apply('transpose', [spreadUpdates], {
      permutation: [0, ...range(inner, 1 + axis), ...range(axis, 1), ...range(spreadUpdates.rank - 1 - axis - inner, 1 + axis + inner)],
    });
    const joined = apply('scatterAdd', [offsetIndices(indices!.value, length), front], { axis: 0, length: size * length });
    const split = apply('reshape', [joined], { shape: [size, length, ...joined.shape.slice(1)] });
    return moveAxis(split, 1, 1 + axis);
  },
  flops: (node) => node.inputs[1]!.size,
});

/**
 * Slices of `x` along `axis` at integer `indices`; the result has the shape
 * `[...x.shape[:axis], ...indices.shape, ...x.shape[axis + 1:]]`. Indices must lie in `[0, x.shape[axis])`.
 */
export const gather = (x: Tensor, indices: Tensor, axis = 0): Tensor =>
  apply('gather', [x, indices], { axis: normalizeAxis('gather', axis, x.rank) });

/** The transpose of `gather`: zeros of `length` along `axis`, to which each slice of `updates` is added at its index. */
export const scatterAdd = (indices: Tensor, updates: Tensor, length: number, axis = 0): Tensor =>
  apply('scatterAdd', [indices, updates], { axis: normalizeAxis('scatterAdd', axis, updates.rank), length });

/** 1 at each index on a new last axis of `depth` elements, 0 elsewhere. */
export function oneHot(indices: Tensor, depth: number, dtype: DType = 'float32'): Tensor {
  checkIndices('oneHot', indices);
  const column = apply('reshape', [indices], { shape: [...indices.shape, 1] });
  const hit = equal(column, arange(depth, indices.dtype));
  return cast(hit, dtype);
}

/**
 * Rows of the table `weight` (`[count, width]`) at integer `ids` of any shape: `[...ids.shape, width]`. The row `paddingId` takes
 * no gradient (PyTorch's `padding_idx`).
 */
export function embedding(weight: Tensor, ids: Tensor, options: { paddingId?: number } = {}): Tensor {
  if (weight.rank !== 2) throw new ShapeError(`embedding: the table must be [count, width], not ${formatShape(weight.shape)}`);
  const { paddingId } = options;
  if (paddingId === undefined) return gather(weight, ids);
  const count = weight.shape[0]!;
  if (!Number.isInteger(paddingId) || paddingId < 0 || paddingId >= count) {
    throw new ShapeError(`embedding: paddingId ${paddingId} is no row of a table of shape ${formatShape(weight.shape)}`);
  }
  const padding = apply('reshape', [equal(arange(count, 'int32'), paddingId)], { shape: [count, 1] });
  return gather(apply('where', [padding, apply('stopGradient', [weight]), weight]), ids);
}
