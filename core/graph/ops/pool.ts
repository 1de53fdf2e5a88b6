import { apply } from '../apply';
import { type Batched, defineOp } from '../op';
import { formatShape, range, ShapeError, sizeOf } from '../shape';
import type { Tensor } from '../tensor';
import { div, mul, sub } from './arithmetic';
import { type ConvOptions, geometry, windowedShape } from './conv';
import { arange, constant, full } from './source';
import { max, mean } from './reduce';

type Window = {
  kernel: readonly number[];
  stride: readonly number[];
  padding: readonly (readonly number[])[];
  dilation: readonly number[];
};

function inferPool(op: string, x: Tensor, window: Window): number[] {
  const size = windowedShape(x.shape.slice(2), window.kernel, window);
  if (size.some((n) => n < 1)) {
    throw new ShapeError(`${op}: the window ${formatShape(window.kernel)} is larger than the padded image of ${formatShape(x.shape)}`);
  }
  if (op === 'maxPool') size.forEach((count, axis) => checkOverlap(x, window, axis, count));
  return [...x.shape.slice(0, 2), ...size];
}

/** A window with no element of the image in it has no largest one. */
function checkOverlap(x: Tensor, { kernel, stride, padding, dilation }: Window, axis: number, count: number): void {
  const n = x.shape[axis + 2]!;
  const low = padding[axis]![0]!;
  const empty = range(count).find((i) => !range(kernel[axis]!).some((k) => {
    const at = i * stride[axis]! - low + k * dilation[axis]!;
    return at >= 0 && at < n;
  }));
  if (empty !== undefined) {
    throw new ShapeError(`maxPool: window ${empty} on spatial axis ${axis} of ${formatShape(x.shape)} holds padding only (kernel ${formatShape(kernel)}, padding ${JSON.stringify(padding)})`);
  }
}

/** Pooling treats every image alone, so members are simply more images. */
function batchPool(op: string, { value }: Batched, window: Window, size: number): Tensor {
  const folded = apply('reshape', [value], { shape: [size * value.shape[1]!, ...value.shape.slice(2)] });
  const y = apply(op, [folded], window);
  return apply('reshape', [y], { shape: [size, value.shape[1]!, ...y.shape.slice(1)] });
}

defineOp<Window>({
  name: 'maxPool',
  infer: ([x], window) => ({ shape: inferPool('maxPool', x!, window), dtype: x!.dtype }),
  vjp(node, g, window) {
    const x = node.inputs[0]!;
    const places = apply('reshape', [apply('maxPoolIndices', [x], window)], { shape: [node.size] });
    const flat = apply('scatterAdd', [places, apply('reshape', [g], { shape: [node.size] })], { axis: 0, length: x.size });
    return [apply('reshape', [flat], { shape: x.shape })];
  },
  batch: ([x], window, size) => batchPool('maxPool', x!, window, size),
  flops: (node, { kernel }) => node.size * sizeOf(kernel),
});

/** Where in the flattened input each window's first largest element lies, int64. */
defineOp<Window>({
  name: 'maxPoolIndices',
  infer: ([x], window) => ({ shape: inferPool('maxPool', x!, window), dtype: 'int64' }),
  batch([x], window, size) {
    const indices = batchPool('maxPoolIndices', x!, window, size);
    const offsets = mul(arange(size, 'int64'), x!.value.size / size);
    return sub(indices, apply('reshape', [offsets], { shape: [size, ...indices.shape.slice(1).map(() => 1)] }));
  },
  flops: (node, { kernel }) => node.size * sizeOf(kernel),
});

/** Mean of each window; padding counts as zeros. */
defineOp<Window>({
  name: 'avgPool',
  infer: ([x], window) => ({ shape: inferPool('avgPool', x!, window), dtype: x!.dtype }),
  vjp(node, g, { kernel, stride, padding, dilation }) {
    const x = node.inputs[0]!;
    // A window's mean is a convolution of each channel alone with a constant filter.
    const planes = apply('reshape', [g], { shape: [g.shape[0]! * g.shape[1]!, 1, ...g.shape.slice(2)] });
    const filter = full([1, 1, ...kernel], 1 / sizeOf(kernel), g.dtype);
    const dx = apply('convInputGrad', [planes, filter], { stride, padding, dilation, groups: 1, size: x.shape.slice(2) });
    return [apply('reshape', [dx], { shape: x.shape })];
  },
  batch: ([x], window, size) => batchPool('avgPool', x!, window, size),
  flops: (node, { kernel }) => node.size * sizeOf(kernel),
});

export interface PoolOptions extends Omit<ConvOptions, 'groups'> {
  /** Default: the window's size, so that windows touch. */
  readonly stride?: number | readonly number[];
  /** Also windows that begin inside the image (or the padding before it) and reach beyond its end. */
  readonly ceilMode?: boolean;
}

export interface AvgPoolOptions extends PoolOptions {
  /** Whether padding counts as zeros (the default) or not at all; what `ceilMode` adds never counts. */
  readonly includePadding?: boolean;
  /** What the sum of a window is divided by, in place of the number of its elements. */
  readonly divisor?: number;
}

/** The window's geometry; with `ceilMode` the padding behind is as wide as the last window needs. */
function windowOf(op: string, x: Tensor, kernel: number | readonly number[], options: PoolOptions): Window & { asked: Window['padding'] } {
  if (x.rank !== 3 && x.rank !== 4) throw new ShapeError(`${op}: wants [n, c, l] or [n, c, h, w], not ${formatShape(x.shape)}`);
  const spatial = x.shape.slice(2);
  const size = typeof kernel === 'number' ? spatial.map(() => kernel) : [...kernel];
  if (size.length !== spatial.length || size.some((n) => !Number.isInteger(n) || n < 1)) {
    throw new ShapeError(`${op}: window ${formatShape(size)} for an image of ${formatShape(x.shape)}`);
  }
  const { stride, padding, dilation } = geometry(op, spatial, size, { ...options, stride: options.stride ?? size });
  if (options.ceilMode !== true) return { kernel: size, stride, padding, dilation, asked: padding };
  const widened = spatial.map((n, i) => {
    const [low, high] = padding[i] as [number, number];
    const reach = (size[i]! - 1) * dilation[i]! + 1;
    const last = Math.ceil((n + low + high - reach) / stride[i]!) * stride[i]!;
    return [low, Math.max(high, (last >= n + low ? last - stride[i]! : last) + reach - n - low)];
  });
  return { kernel: size, stride, padding: widened, dilation, asked: padding };
}

/** Largest element of each window of `[n, c, ...]`; padding never wins. */
export function maxPool(x: Tensor, kernel: number | readonly number[], options: PoolOptions = {}): Tensor {
  const { asked: _, ...window } = windowOf('maxPool', x, kernel, options);
  return apply('maxPool', [x], window);
}

/** Mean of each window of `[n, c, ...]`. */
export function avgPool(x: Tensor, kernel: number | readonly number[], options: AvgPoolOptions = {}): Tensor {
  const { asked, ...window } = windowOf('avgPool', x, kernel, options);
  const y = apply('avgPool', [x], window);
  if (options.divisor !== undefined) return mul(y, sizeOf(window.kernel) / options.divisor);
  const counted = options.includePadding === false ? asked.map(() => [0, 0]) : asked;
  if (counted.every(([low, high], i) => low === window.padding[i]![0] && high === window.padding[i]![1])) return y;
  return div(y, coverage(x, window, counted));
}

/** The part of each window that lies in the image and the part of its padding that counts, `[1, 1, ...]`; 1 where nothing does. */
function coverage(x: Tensor, { kernel, stride, padding, dilation }: Window, counted: Window['padding']): Tensor {
  const spatial = x.shape.slice(2);
  const parts = windowedShape(spatial, kernel, { stride, padding, dilation }).map((count, axis) =>
    range(count).map((i) => {
      const [low, high] = counted[axis] as [number, number];
      const taps = range(kernel[axis]!).map((k) => i * stride[axis]! - padding[axis]![0]! + k * dilation[axis]!);
      return (taps.filter((at) => at >= -low && at < spatial[axis]! + high).length || kernel[axis]!) / kernel[axis]!;
    }),
  );
  const shape = parts.map((p) => p.length);
  const values = parts.reduce((all, p) => all.flatMap((a) => p.map((b) => a * b)), [1]);
  return constant(Float64Array.from(values), [1, 1, ...shape], x.dtype);
}

/** Mean over all spatial axes: `[n, c, ...]` -> `[n, c]`. */
export const globalAveragePool = (x: Tensor): Tensor => mean(x, range(x.rank - 2, 2));

/** Largest element over all spatial axes: `[n, c, ...]` -> `[n, c]`. */
export const globalMaxPool = (x: Tensor): Tensor => max(x, range(x.rank - 2, 2));
