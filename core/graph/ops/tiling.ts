import { apply } from '../apply';
import { formatShape, normalizeAxis, ShapeError } from '../shape';
import type { Tensor } from '../tensor';

function counts(op: string, x: Tensor, times: readonly number[]): void {
  if (times.some((n) => !Number.isInteger(n) || n < 0)) throw new ShapeError(`${op}: [${times.join(',')}] times ${formatShape(x.shape)}`);
}

/** The whole of `x` side by side, `times[i]` times along axis `i`; missing leading axes count as 1 (numpy's `tile`). */
export function tile(x: Tensor, times: readonly number[]): Tensor {
  counts('tile', x, times);
  const rank = Math.max(x.rank, times.length);
  const shape = [...new Array<number>(rank - x.rank).fill(1), ...x.shape];
  const count = [...new Array<number>(rank - times.length).fill(1), ...times];
  const cells = apply('reshape', [x], { shape: shape.flatMap((n) => [1, n]) });
  const spread = apply('broadcastTo', [cells], { shape: shape.flatMap((n, i) => [count[i]!, n]) });
  return apply('reshape', [spread], { shape: shape.map((n, i) => n * count[i]!) });
}

/** Every slice along `axis` `times` times in a row: `[a, b] -> [a, a, b, b]`. */
export function repeat(x: Tensor, times: number, axis: number): Tensor {
  counts('repeat', x, [times]);
  const at = normalizeAxis('repeat', axis, x.rank);
  const [before, n, after] = [x.shape.slice(0, at), x.shape[at]!, x.shape.slice(at + 1)];
  const cells = apply('reshape', [x], { shape: [...before, n, 1, ...after] });
  const spread = apply('broadcastTo', [cells], { shape: [...before, n, times, ...after] });
  return apply('reshape', [spread], { shape: [...before, n * times, ...after] });
}
