import { apply } from '../apply';
import { defineOp } from '../op';
import { broadcastShapes, formatShape, normalizeAxes, normalizeAxis, range, sameShape, ShapeError, sizeOf } from '../shape';
import type { Tensor } from '../tensor';
import { sumTo } from './elementwise';

defineOp<{ shape: readonly number[] }>({
  name: 'reshape',
  infer([x], { shape }) {
    if (sizeOf(shape) !== x!.size) throw new ShapeError(`reshape: ${formatShape(x!.shape)} does not fill ${formatShape(shape)}`);
    return { shape, dtype: x!.dtype };
  },
  vjp: (node, g) => [apply('reshape', [g], { shape: node.inputs[0]!.shape })],
  batch: ([x], { shape }, size) => apply('reshape', [x!.value], { shape: [size, ...shape] }),
  simplify([x], { shape }) {
    if (sameShape(x!.shape, shape)) return x;
    if (x!.op === 'reshape') return apply('reshape', [x!.inputs[0]!], { shape });
    if (x!.op === 'broadcastTo' && x!.inputs[0]!.rank === 0) return apply('broadcastTo', [x!.inputs[0]!], { shape });
    return undefined;
  },
  flops: () => 0,
});

defineOp<{ permutation: readonly number[] }>({
  name: 'transpose',
  infer: ([x], { permutation }) => ({ shape: permutation.map((axis) => x!.shape[axis]!), dtype: x!.dtype }),
  vjp(_, g, { permutation }) {
    const inverse = range(permutation.length).map((axis) => permutation.indexOf(axis));
    return [apply('transpose', [g], { permutation: inverse })];
  },
  batch: ([x], { permutation }) => apply('transpose', [x!.value], { permutation: [0, ...permutation.map((axis) => axis + 1)] }),
  simplify([x], { permutation }) {
    // Axes of length 1 carry no order: moving only them is a reshape.
    const moved = permutation.filter((axis) => x!.shape[axis] !== 1);
    if (moved.every((axis, i) => i === 0 || axis > moved[i - 1]!)) {
      return apply('reshape', [x!], { shape: permutation.map((axis) => x!.shape[axis]!) });
    }
    if (x!.op === 'transpose') {
      const first = x!.attributes['permutation'] as readonly number[];
      return apply('transpose', [x!.inputs[0]!], { permutation: permutation.map((axis) => first[axis]!) });
    }
    return undefined;
  },
  flops: () => 0,
});

defineOp<{ shape: readonly number[] }>({
  name: 'broadcastTo',
  infer([x], { shape }) {
    if (!sameShape(broadcastShapes('broadcastTo', x!.shape, shape), shape)) {
      throw new ShapeError(`broadcastTo: ${formatShape(x!.shape)} does not broadcast to ${formatShape(shape)}`);
    }
    return { shape, dtype: x!.dtype };
  },
  vjp: (node, g) => [sumTo(g, node.inputs[0]!)],
  batch([x], { shape }, size) {
    const inner = x!.value.shape.slice(1);
    const aligned = [size, ...new Array<number>(shape.length - inner.length).fill(1), ...inner];
    return apply('broadcastTo', [apply('reshape', [x!.value], { shape: aligned })], { shape: [size, ...shape] });
  },
  simplify([x], { shape }) {
    if (sameShape(x!.shape, shape)) return x;
    if (x!.op === 'broadcastTo') return apply('broadcastTo', [x!.inputs[0]!], { shape });
    return sizeOf(shape) === x!.size ? apply('reshape', [x!], { shape }) : undefined;
  },
  flops: () => 0,
});

/** The same elements in row-major order under another shape; one entry may be -1. */
export function reshape(x: Tensor, shape: readonly number[]): Tensor {
  const known = shape.filter((n) => n !== -1);
  if (shape.length - known.length > 1) throw new ShapeError(`reshape: more than one -1 in ${formatShape(shape)}`);
  const rest = x.size / sizeOf(known);
  if (known.length !== shape.length && !Number.isInteger(rest)) {
    throw new ShapeError(`reshape: ${formatShape(x.shape)} does not fill ${formatShape(shape)}`);
  }
  return apply('reshape', [x], { shape: shape.map((n) => (n === -1 ? rest : n)) });
}

/** Axes in another order; without one, reversed. */
export function transpose(x: Tensor, permutation: readonly number[] = range(x.rank).reverse()): Tensor {
  const axes = permutation.map((axis) => normalizeAxis('transpose', axis, x.rank));
  if (axes.length !== x.rank || new Set(axes).size !== x.rank) {
    throw new ShapeError(`transpose: [${permutation.join(',')}] is not an order of the ${x.rank} axes of ${formatShape(x.shape)}`);
  }
  return apply('transpose', [x], { permutation: axes });
}

export const broadcastTo = (x: Tensor, shape: readonly number[]): Tensor => apply('broadcastTo', [x], { shape: [...shape] });

/** Without the named axes of length 1; without a name, without all of them. */
export function squeeze(x: Tensor, axes?: number | readonly number[]): Tensor {
  const drop = axes === undefined ? range(x.rank).filter((i) => x.shape[i] === 1) : normalizeAxes('squeeze', axes, x.rank);
  const long = drop.find((i) => x.shape[i] !== 1);
  if (long !== undefined) throw new ShapeError(`squeeze: axis ${long} of ${formatShape(x.shape)} is not of length 1`);
  return apply('reshape', [x], { shape: x.shape.filter((_, i) => !drop.includes(i)) });
}

/** A new axis of length 1 at `axis` of the result. */
export function expandDims(x: Tensor, axis: number): Tensor {
  const at = normalizeAxis('expandDims', axis, x.rank + 1);
  return apply('reshape', [x], { shape: [...x.shape.slice(0, at), 1, ...x.shape.slice(at)] });
}

/** `x` with `from` moved to the place `to`. */
export function moveAxis(x: Tensor, from: number, to: number): Tensor {
  const order = range(x.rank).filter((axis) => axis !== from);
  order.splice(to, 0, from);
  return transpose(x, order);
}
