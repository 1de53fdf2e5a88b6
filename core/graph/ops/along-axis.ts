import { apply } from '../apply';
import { defineOp } from '../op';
import { broadcastShapes, formatShape, normalizeAxis, ShapeError } from '../shape';
import type { Tensor } from '../tensor';
import { spread } from './elementwise';
import { checkIndices } from './indexing';

/** Throws unless both tensors have one shape but for `axis`. */
function checkLines(op: string, a: Tensor, b: Tensor, axis: number): void {
  if (a.rank !== b.rank || a.shape.some((n, i) => i !== axis && n !== b.shape[i])) {
    throw new ShapeError(`${op}: ${formatShape(a.shape)} and indices ${formatShape(b.shape)} differ outside axis ${axis}`);
  }
}

/**
 * Picks within every line along `axis`: `y[.., j, ..] = x[.., indices[.., j, ..], ..]` (PyTorch's `gather`, numpy's
 * `take_along_axis`, ONNX's `GatherElements`).
 */
defineOp<{ axis: number }>({
  name: 'takeAlong',
  infer([x, indices], { axis }) {
    checkIndices('takeAlong', indices!);
    checkLines('takeAlong', x!, indices!, axis);
    return { shape: indices!.shape, dtype: x!.dtype };
  },
  vjp(node, g, { axis }) {
    const [x, indices] = node.inputs as [Tensor, Tensor];
    return [apply('scatterAddAlong', [indices, g], { axis, length: x.shape[axis]! }), undefined];
  },
  batch: ([x, indices], { axis }, size) => apply('takeAlong', [spread(x!, size), spread(indices!, size)], { axis: axis + 1 }),
  flops: () => 0,
});

/** The transpose of `takeAlong`: `y[.., indices[.., j, ..], ..] += updates[.., j, ..]`, from zeros of `length` along `axis`. */
defineOp<{ axis: number; length: number }>({
  name: 'scatterAddAlong',
  infer([indices, updates], { axis, length }) {
    checkIndices('scatterAddAlong', indices!);
    checkLines('scatterAddAlong', updates!, indices!, axis);
    if (indices!.shape[axis] !== updates!.shape[axis]) {
      throw new ShapeError(`scatterAddAlong: ${formatShape(updates!.shape)} updates for ${formatShape(indices!.shape)} indices`);
    }
    return { shape: updates!.shape.map((n, i) => (i === axis ? length : n)), dtype: updates!.dtype };
  },
  vjp: (node, g, { axis }) => [undefined, apply('takeAlong', [g, node.inputs[0]!], { axis })],
  batch: ([indices, updates], { axis, length }, size) =>
    apply('scatterAddAlong', [spread(indices!, size), spread(updates!, size)], { axis: axis + 1, length }),
  flops: (node) => node.inputs[1]!.size,
});

/** Both shapes broadcast to one another everywhere but on `axis`. */
function aligned(op: string, x: Tensor, indices: Tensor, axis: number): [Tensor, Tensor] {
  const without = (shape: readonly number[]): number[] => shape.map((n, i) => (i === axis ? 1 : n));
  const common = broadcastShapes(op, without(x.shape), without(indices.shape));
  const [left, right] = [x, indices].map((t) => apply('broadcastTo', [t], { shape: common.map((n, i) => (i === axis ? t.shape[i]! : n)) }));
  return [left!, right!];
}

function lineAxis(op: string, x: Tensor, indices: Tensor, axis: number): number {
  if (x.rank !== indices.rank) throw new ShapeError(`${op}: ${formatShape(x.shape)} and indices ${formatShape(indices.shape)} differ in rank`);
  return normalizeAxis(op, axis, x.rank);
}

/**
 * Picks within every line of `x` along `axis`: `y[.., j, ..] = x[.., indices[.., j, ..], ..]`. The other axes broadcast.
 * Indices must lie in `[0, x.shape[axis])`.
 */
export function takeAlong(x: Tensor, indices: Tensor, axis = -1): Tensor {
  const at = lineAxis('takeAlong', x, indices, axis);
  return apply('takeAlong', aligned('takeAlong', x, indices, at), { axis: at });
}

/**
 * Adds within every line along `axis`: from zeros of `length`, `y[.., indices[.., j, ..], ..] += updates[.., j, ..]`. All axes
 * broadcast.
 */
export function scatterAddAlong(indices: Tensor, updates: Tensor, length: number, axis = -1): Tensor {
  const at = lineAxis('scatterAddAlong', updates, indices, axis);
  const shape = broadcastShapes('scatterAddAlong', indices.shape, updates.shape);
  const [list, values] = [indices, updates].map((t) => apply('broadcastTo', [t], { shape }));
  return apply('scatterAddAlong', [list!, values!], { axis: at, length });
}
