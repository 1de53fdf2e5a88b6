import { range } from '#core/graph';
import type { Call } from '../call';

/** How a convolution or pooling moves over the spatial axes. */
export interface Window {
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  /** Elements before and after each spatial axis. */
  readonly padding: readonly (readonly [number, number])[];
}

const atMost = 2 ** 20;

/** The attributes of a window, checked. `kernel` is the filters' own size, where there are filters. */
export function windowOf(call: Call, spatial: readonly number[], filters?: readonly number[]): Window {
  const axes = spatial.length;
  if (axes !== 1 && axes !== 2) call.unsupported(`works on ${axes} spatial axes; Basin has 1 and 2`);
  const each = (name: string, otherwise: readonly number[], least: number): readonly number[] => {
    const list = call.ints(name) ?? otherwise;
    if (list.length !== otherwise.length || list.some((n) => n < least || n > atMost)) call.invalid(`${name} is [${list.join(', ')}]`);
    return list;
  };
  const ones = spatial.map(() => 1);
  const kernel = filters === undefined ? each('kernel_shape', ones, 1) : each('kernel_shape', filters, 1);
  if (filters !== undefined && kernel.some((n, i) => n !== filters[i])) call.invalid(`kernel_shape [${kernel.join(', ')}] is not the filters' [${filters.join(', ')}]`);
  if (filters === undefined && call.ints('kernel_shape') === undefined) call.invalid('kernel_shape is missing');
  const stride = each('strides', ones, 1);
  const dilation = each('dilations', ones, 1);
  const pads = each('pads', [...ones, ...ones].map(() => 0), 0);
  const reach = (i: number): number => (kernel[i]! - 1) * dilation[i]! + 1;
  const mode = call.string('auto_pad', 'NOTSET');
  const padding = spatial.map((n, i): readonly [number, number] => {
    if (mode === 'NOTSET' || mode === '') return [pads[i]!, pads[axes + i]!];
    if (mode === 'VALID') return [0, 0];
    if (mode !== 'SAME_UPPER' && mode !== 'SAME_LOWER') return call.invalid(`auto_pad is "${mode}"`);
    const total = Math.max(0, (Math.ceil(n / stride[i]!) - 1) * stride[i]! + reach(i) - n);
    const less = Math.floor(total / 2);
    return mode === 'SAME_UPPER' ? [less, total - less] : [total - less, less];
  });
  return { kernel, stride, dilation, padding };
}

/** Length of each spatial axis of the result, rounding up where `ceil` says so (the last window must begin within the image). */
export function resultSize(spatial: readonly number[], window: Window, ceil = false): number[] {
  return range(spatial.length).map((i) => {
    const [low, high] = window.padding[i]!;
    const stride = window.stride[i]!;
    const room = spatial[i]! + low + high - (window.kernel[i]! - 1) * window.dilation[i]! - 1;
    const steps = room / stride;
    if (!ceil) return Math.floor(steps) + 1;
    const count = Math.ceil(steps) + 1;
    return (count - 1) * stride >= spatial[i]! + low ? count - 1 : count;
  });
}

/** The window with more elements behind, so that exactly `size` places fit. */
export function stretched(spatial: readonly number[], window: Window, size: readonly number[]): Window {
  const padding = window.padding.map(([low, high], i): readonly [number, number] => {
    const needed = (size[i]! - 1) * window.stride[i]! + (window.kernel[i]! - 1) * window.dilation[i]! + 1;
    return [low, Math.max(high, needed - spatial[i]! - low)];
  });
  return { ...window, padding };
}
