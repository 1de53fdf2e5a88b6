import { apply, type Operand } from '../apply';
import { formatShape, range, ShapeError } from '../shape';
import type { Tensor } from '../tensor';
import { where } from './comparison';
import { constant } from './source';

function lastTwo(op: string, x: Tensor): [number, number] {
  if (x.rank < 2) throw new ShapeError(`${op}: wants matrices, not ${formatShape(x.shape)}`);
  return x.shape.slice(-2) as [number, number];
}

/**
 * The diagonal of the matrices on the last two axes, `[..., m, n] -> [..., length]`; `offset` counts columns to the right of the
 * main one. In a flattened matrix its elements are `n + 1` apart.
 */
export function diagonal(x: Tensor, offset = 0): Tensor {
  const [m, n] = lastTwo('diagonal', x);
  const [row, column] = [Math.max(0, -offset), Math.max(0, offset)];
  const length = Math.min(m - row, n - column);
  if (!Number.isInteger(offset) || length < Math.min(1, m, n)) throw new ShapeError(`diagonal: there is no diagonal ${offset} in ${formatShape(x.shape)}`);
  const outer = x.shape.slice(0, -2);
  const start = row * n + column;
  return apply('slice', [apply('reshape', [x], { shape: [...outer, m * n] })], {
    starts: [...outer.map(() => 0), start],
    ends: [...outer, length === 0 ? start : start + (length - 1) * (n + 1) + 1],
    steps: [...outer.map(() => 1), n + 1],
  });
}

/** Whether element `(i, j)` lies on or below the diagonal `offset`: bools `[m, n]`. */
export function lowerTriangle(m: number, n: number, offset = 0): Tensor {
  const below = Uint8Array.from({ length: m * n }, (_, at) => Number((at % n) - Math.floor(at / n) <= offset));
  return constant(below, [m, n], 'bool');
}

/** The matrices on the last two axes with `fill` above the diagonal `offset`. */
export const tril = (x: Tensor, offset = 0, fill: Operand = 0): Tensor => where(lowerTriangle(...lastTwo('tril', x), offset), x, fill);

/** The matrices on the last two axes with `fill` below the diagonal `offset`. */
export const triu = (x: Tensor, offset = 0, fill: Operand = 0): Tensor => where(lowerTriangle(...lastTwo('triu', x), offset - 1), fill, x);

/** `x` with the two axes `a` and `b`, of one length, replaced by their common diagonal at the end. */
export function diagonalOf(x: Tensor, a: number, b: number): Tensor {
  const permutation = [...range(x.rank).filter((axis) => axis !== a && axis !== b), a, b];
  return diagonal(apply('transpose', [x], { permutation }));
}
