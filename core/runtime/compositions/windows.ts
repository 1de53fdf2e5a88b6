import { matmul, pad, range, reshape, sizeOf, slice, stack, type Tensor, transpose } from '#core/graph';

export interface Window {
  readonly stride: readonly number[];
  readonly padding: readonly (readonly [number, number])[];
  readonly dilation: readonly number[];
}

export interface Geometry extends Window {
  readonly groups: number;
}

/** All taps of a window as multi-indices, row by row. */
export const taps = (kernel: readonly number[]): number[][] =>
  kernel.reduce<number[][]>((all, n) => all.flatMap((tap) => range(n).map((i) => [...tap, i])), [[]]);

/** For every tap of the window what it sees, `[n, c, ...result]`: `fill` on the padding. */
export function windowSlices(x: Tensor, kernel: readonly number[], result: readonly number[], g: Window, fill: number): Tensor[] {
  const padded = pad(x, [[0, 0], [0, 0], ...g.padding], fill);
  return taps(kernel).map((tap) => {
    const starts = tap.map((k, i) => k * g.dilation[i]!);
    const ends = starts.map((start, i) => start + (result[i]! - 1) * g.stride[i]! + 1);
    return slice(padded, [0, 0, ...starts], [...x.shape.slice(0, 2), ...ends], [1, 1, ...g.stride]);
  });
}

/** The convolution as one product of matrices a group: filters by all windows side by side. Takes any geometry. */
export function convByWindows(x: Tensor, w: Tensor, g: Geometry): Tensor {
  const [n, c] = x.shape as [number, number];
  const [o, perGroup, ...kernel] = w.shape as [number, number, ...number[]];
  const result = x.shape.slice(2).map((size, i) => {
    const reach = (kernel[i]! - 1) * g.dilation[i]! + 1;
    return Math.floor((size + g.padding[i]![0] + g.padding[i]![1] - reach) / g.stride[i]!) + 1;
  });
  const cells = stack(windowSlices(x, kernel, result, g, 0), 2);
  const places = sizeOf(result);
  const grouped = reshape(cells, [n, g.groups, (c / g.groups) * sizeOf(kernel), places]);
  const columns = reshape(transpose(grouped, [1, 2, 0, 3]), [g.groups, perGroup * sizeOf(kernel), n * places]);
  const y = matmul(reshape(w, [g.groups, o / g.groups, perGroup * sizeOf(kernel)]), columns);
  return reshape(transpose(reshape(y, [o, n, places]), [1, 0, 2]), [n, o, ...result]);
}
