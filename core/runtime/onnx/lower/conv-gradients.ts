import { constant, conv, flip, matmul, range, reshape, sizeOf, sum, type Tensor, transpose } from '#core/graph';

/**
 * The gradients of a convolution, written as other graph ops in the forms that ONNX Runtime's kernels are quick at.
 * Measured on ResNet shapes (batch 64, 16-64 channels): the textbook form of the filter gradient, one convolution with the
 * gradient as a large filter, takes four to eight times as long as these.
 */
export interface Geometry {
  readonly stride: readonly number[];
  readonly padding: readonly (readonly [number, number])[];
  readonly dilation: readonly number[];
  readonly groups: number;
  readonly size: readonly number[];
}

const shiftFilters = new Map<string, Tensor>();

/** Filters that copy: output channel `c taps + t` is input channel `c` moved by tap `t`. One tensor a geometry, so that its uses merge. */
function shifts(channels: number, kernel: readonly number[], dtype: Tensor['dtype']): Tensor {
  const key = `${channels} ${kernel.join('x')} ${dtype}`;
  let filter = shiftFilters.get(key);
  if (filter === undefined) {
    const taps = sizeOf(kernel);
    const data = new Float32Array(channels * taps * taps);
    for (let c = 0; c < channels; c++) for (let t = 0; t < taps; t++) data[(c * taps + t) * taps + t] = 1;
    filter = constant(data, [channels * taps, 1, ...kernel], dtype);
    shiftFilters.set(key, filter);
  }
  return filter;
}

/** Whether `w` is such a filter. */
export const isShift = (w: Tensor): boolean => [...shiftFilters.values()].includes(w);

/** All windows side by side: `[n, c, ...]` -> `[n, c taps, places]`. A convolution copies faster than slices do. */
function windows(x: Tensor, kernel: readonly number[], g: Omit<Geometry, 'groups' | 'size'>): Tensor {
  const { stride, padding, dilation } = g;
  const copies = conv(x, shifts(x.shape[1]!, kernel, x.dtype), { stride, padding, dilation, groups: x.shape[1]! });
  return reshape(copies, [x.shape[0]!, copies.shape[1]!, -1]);
}

/** `a b'` of every image, summed over the batch: `[n, ..., i, p] x [n, ..., j, p] -> [..., i, j]`. */
function correlate(a: Tensor, b: Tensor): Tensor {
  const swap = [...range(b.rank - 2), b.rank - 1, b.rank - 2];
  return sum(matmul(a, transpose(b, swap)), 0);
}

/** The filter's gradient as products of matrices: the gradient by all windows of the images. */
export function filterGradByWindows(x: Tensor, dy: Tensor, g: Geometry): Tensor {
  const [n, c] = x.shape as [number, number];
  const o = dy.shape[1]!;
  const places = sizeOf(dy.shape.slice(2));
  const whole = sizeOf(g.size) === 1 && g.stride.every((s) => s === 1) && g.padding.flat().every((p) => p === 0);
  const cells = whole ? x : windows(x, g.size, g);
  const columns = reshape(cells, [n, g.groups, (c / g.groups) * sizeOf(g.size), places]);
  const rows = reshape(dy, [n, g.groups, o / g.groups, places]);
  const product = g.groups === 1 ? correlate(reshape(rows, [n, o, places]), reshape(columns, [n, -1, places])) : correlate(rows, columns);
  return reshape(product, [o, c / g.groups, ...g.size]);
}

/**
 * The same for dense 2d convolutions of stride 1: the images are moved along the rows only, the gradient along the columns, and
 * one product meets all pairs. Copies `kw c + kh o` planes instead of `kh kw c`.
 */
export function filterGradByAxes(x: Tensor, dy: Tensor, g: Geometry): Tensor {
  const [n, c, height] = x.shape as [number, number, number];
  const [, o, rows, columns] = dy.shape as [number, number, number, number];
  const [kh, kw] = g.size as [number, number];
  const [top] = g.padding[0]!;
  const plain = { stride: [1, 1], dilation: [1, 1] };
  const across = windows(x, [1, kw], { ...plain, padding: [[0, 0], g.padding[1]!] });
  // Row r of the image meets row r - i + top of the gradient at tap i: tap kh - 1 - i of a window that ends there.
  const down = windows(dy, [kh, 1], { ...plain, padding: [[kh - 1 - top, height - rows + top], [0, 0]] });
  const product = correlate(reshape(down, [n, o * kh, height * columns]), reshape(across, [n, c * kw, height * columns]));
  return transpose(flip(reshape(product, [o, kh, c, kw]), 1), [0, 2, 1, 3]);
}

/** The convolution itself as a product with the windows, worth it where the filter gradient needs them anyway. */
export function convByWindows(x: Tensor, w: Tensor, g: Omit<Geometry, 'size'>, shape: readonly number[]): Tensor {
  return reshape(matmul(reshape(w, [w.shape[0]!, w.size / w.shape[0]!]), windows(x, w.shape.slice(2), g)), shape);
}

/** Whether `filterGradByAxes` applies and copies less. */
export function axesCopyLess(x: Tensor, dy: Tensor, g: Geometry): boolean {
  if (g.size.length !== 2 || g.groups !== 1 || [...g.stride, ...g.dilation].some((n) => n !== 1)) return false;
  const [kh, kw] = g.size as [number, number];
  const [c, o] = [x.shape[1]!, dy.shape[1]!];
  const reach = g.padding.every(([low, high], i) => low < g.size[i]! && high < g.size[i]!);
  return reach && kh > 1 && kw > 1 && kw * c + kh * o < 0.85 * kh * kw * c;
}

/** The images' gradient for stride 1: a convolution with the filters turned round. `undefined` where the padding is too wide. */
export function inputGradByConv(dy: Tensor, w: Tensor, g: Geometry): Tensor | undefined {
  const kernel = w.shape.slice(2);
  const reach = kernel.map((k, i) => (k - 1) * g.dilation[i]!);
  if (g.stride.some((s) => s !== 1) || g.padding.some(([low, high], i) => low > reach[i]! || high > reach[i]!)) return undefined;
  const [o, perGroup] = w.shape as [number, number];
  const spatial = range(kernel.length);
  const grouped = reshape(w, [g.groups, o / g.groups, perGroup, ...kernel]);
  const swapped = reshape(transpose(grouped, [0, 2, 1, ...spatial.map((i) => i + 3)]), [g.groups * perGroup, o / g.groups, ...kernel]);
  const padding = g.padding.map(([low, high], i): [number, number] => [reach[i]! - low, reach[i]! - high]);
  return conv(dy, flip(swapped, spatial.map((i) => i + 2)), { padding, dilation: g.dilation, groups: g.groups });
}
