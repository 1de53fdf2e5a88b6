import { apply } from '../apply';
import { defineOp } from '../op';
import { broadcastShapes, formatShape, range, ShapeError } from '../shape';
import type { Tensor } from '../tensor';
import { sumTo } from './elementwise';

/**
 * Which operands are read transposed (their last two axes swapped). With these two flags the gradients of a product are
 * products, with no transposition between.
 */
type Sides = { transposeA: boolean; transposeB: boolean };

/** Rows and columns of an operand as the product reads it. */
function matrixShape(x: Tensor, transposed: boolean): [number, number] {
  const [rows, columns] = x.shape.slice(-2) as [number, number];
  return transposed ? [columns, rows] : [rows, columns];
}

defineOp<Sides>({
  name: 'matmul',
  infer([a, b], { transposeA, transposeB }) {
    const [m, k] = matrixShape(a!, transposeA);
    const [inner, n] = matrixShape(b!, transposeB);
    if (a!.dtype !== b!.dtype) throw new ShapeError(`matmul: types differ: ${a!.dtype} and ${b!.dtype}`);
    if (k !== inner) throw new ShapeError(`matmul: inner sizes differ: ${formatShape(a!.shape)}${transposeA ? 'T' : ''} x ${formatShape(b!.shape)}${transposeB ? 'T' : ''}`);
    return { shape: [...broadcastShapes('matmul', a!.shape.slice(0, -2), b!.shape.slice(0, -2)), m, n], dtype: a!.dtype };
  },
  vjp(node, g, { transposeA, transposeB }) {
    const [a, b] = node.inputs as [Tensor, Tensor];
    // C = A B: dA = g B', dB = A' g, and the transposes of these where an operand was read transposed.
    const da = transposeA ? product(b, g, transposeB, true) : product(g, b, false, !transposeB);
    const db = transposeB ? product(g, a, true, transposeA) : product(a, g, !transposeA, false);
    return [sumTo(da, a), sumTo(db, b)];
  },
  batch([a, b], { transposeA, transposeB }, size) {
    // A shared matrix on the right multiplies all members' rows at once.
    if (!b!.batched && b!.value.rank === 2 && !transposeA && a!.value.size > 0) {
      const inner = a!.value.shape.at(-1)!;
      const rows = apply('reshape', [a!.value], { shape: [a!.value.size / inner, inner] });
      const y = product(rows, b!.value, false, transposeB);
      return apply('reshape', [y], { shape: [...a!.value.shape.slice(0, -1), y.shape[1]!] });
    }
    const rank = Math.max(a!.value.rank - Number(a!.batched), b!.value.rank - Number(b!.batched));
    const [left, right] = [a!, b!].map((x) => {
      if (!x.batched) return x.value;
      const inner = x.value.shape.slice(1);
      return apply('reshape', [x.value], { shape: [size, ...new Array<number>(rank - inner.length).fill(1), ...inner] });
    }) as [Tensor, Tensor];
    return product(left, right, transposeA, transposeB);
  },
  simplify([a, b], { transposeA, transposeB }) {
    const left = untransposed(a!);
    const right = untransposed(b!);
    if (left === undefined && right === undefined) return undefined;
    return product(left ?? a!, right ?? b!, transposeA !== (left !== undefined), transposeB !== (right !== undefined));
  },
  flops: (node, { transposeA }) => 2 * node.size * matrixShape(node.inputs[0]!, transposeA)[1],
});

/** What `x` is the transpose of, if it only swaps its last two axes. */
function untransposed(x: Tensor): Tensor | undefined {
  if (x.op !== 'transpose') return undefined;
  const permutation = x.attributes['permutation'] as readonly number[];
  const swapped = [...range(x.rank - 2), x.rank - 1, x.rank - 2];
  return permutation.every((axis, i) => axis === swapped[i]) ? x.inputs[0] : undefined;
}

/** Product of matrices on the last two axes, with flags instead of transposes. */
export const product = (a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean): Tensor =>
  apply('matmul', [a, b], { transposeA, transposeB });

/**
 * Matrix product `[..., m, k] x [..., k, n] -> [..., m, n]`; leading axes broadcast. A vector stands for a row on the left
 * and for a column on the right.
 */
export function matmul(a: Tensor, b: Tensor): Tensor {
  if (a.rank === 0 || b.rank === 0) throw new ShapeError(`matmul: wants vectors or matrices: ${formatShape(a.shape)} x ${formatShape(b.shape)}`);
  const left = a.rank === 1 ? apply('reshape', [a], { shape: [1, ...a.shape] }) : a;
  const right = b.rank === 1 ? apply('reshape', [b], { shape: [...b.shape, 1] }) : b;
  if (left.shape.at(-1) !== right.shape.at(-2)) {
    throw new ShapeError(`matmul: inner sizes differ: ${formatShape(a.shape)} x ${formatShape(b.shape)}`);
  }
  let y: Tensor;
  if (left.rank > 2 && right.rank === 2) {
    // One tall product: quicker, and its gradient in the shared matrix needs no sum over the leading axes.
    const inner = left.shape.at(-1)!;
    const tall = apply('reshape', [left], { shape: [left.size / Math.max(1, inner), inner] });
    const flat = inner === 0 ? product(left, right, false, false) : product(tall, right, false, false);
    y = apply('reshape', [flat], { shape: [...left.shape.slice(0, -1), right.shape[1]!] });
  } else {
    y = product(left, right, false, false);
  }
  const shape = [...y.shape.slice(0, -2), ...(a.rank === 1 ? [] : [y.shape.at(-2)!]), ...(b.rank === 1 ? [] : [y.shape.at(-1)!])];
  return apply('reshape', [y], { shape });
}

