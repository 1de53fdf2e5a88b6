import { formatShape, range, ShapeError } from '../shape';
import type { Tensor } from '../tensor';
import { gather } from './indexing';
import { avgPool, maxPool } from './pool';
import { max } from './reduce';
import { mapAxis } from './resize';
import { constant } from './source';

/** Window `i` of `m` on an axis of `n` elements: from `floor(i n / m)` up to `ceil((i + 1) n / m)`, as in PyTorch. */
const windowsOf = (n: number, m: number): [number, number][] => range(m).map((i) => [Math.floor((i * n) / m), Math.ceil(((i + 1) * n) / m)]);

function sizes(op: string, x: Tensor, size: number | readonly number[]): number[] {
  if (x.rank !== 3 && x.rank !== 4) throw new ShapeError(`${op}: wants [n, c, l] or [n, c, h, w], not ${formatShape(x.shape)}`);
  const list = typeof size === 'number' ? x.shape.slice(2).map(() => size) : [...size];
  if (list.length !== x.rank - 2 || list.some((m) => !Number.isInteger(m) || m < 1) || x.shape.slice(2).includes(0)) {
    throw new ShapeError(`${op}: ${formatShape(x.shape)} cannot be pooled to ${formatShape(list)}`);
  }
  return list;
}

/** Windows of one size side by side, where the image divides into them. */
function equalWindows(x: Tensor, size: readonly number[]): number[] | undefined {
  const kernel = x.shape.slice(2).map((n, i) => n / size[i]!);
  return kernel.every(Number.isInteger) ? kernel : undefined;
}

/** The mean of each of `size` windows that cover the image `[n, c, ...]` evenly (PyTorch's `AdaptiveAvgPool`). */
export function adaptiveAvgPool(x: Tensor, size: number | readonly number[]): Tensor {
  const list = sizes('adaptiveAvgPool', x, size);
  const kernel = equalWindows(x, list);
  if (kernel !== undefined) return avgPool(x, kernel);
  return list.reduce((y, m, i) => {
    const n = y.shape[i + 2]!;
    const matrix = new Float64Array(m * n);
    windowsOf(n, m).forEach(([from, to], row) => matrix.fill(1 / (to - from), row * n + from, row * n + to));
    return mapAxis(y, i + 2, matrix);
  }, x);
}

/** The largest element of each of `size` windows that cover the image `[n, c, ...]` evenly (PyTorch's `AdaptiveMaxPool`). */
export function adaptiveMaxPool(x: Tensor, size: number | readonly number[]): Tensor {
  const list = sizes('adaptiveMaxPool', x, size);
  const kernel = equalWindows(x, list);
  if (kernel !== undefined) return maxPool(x, kernel);
  return list.reduce((y, m, i) => {
    const windows = windowsOf(y.shape[i + 2]!, m);
    const width = Math.max(...windows.map(([from, to]) => to - from));
    // A shorter window counts its last element twice, which changes no maximum.
    const taken = windows.flatMap(([from, to]) => range(width).map((k) => Math.min(from + k, to - 1)));
    const cells = gather(y, constant(Int32Array.from(taken), [m, width], 'int32'), i + 2);
    return max(cells, i + 3);
  }, x);
}
