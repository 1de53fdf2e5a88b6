import { apply } from '../apply';
import { formatShape, ShapeError } from '../shape';
import type { Tensor } from '../tensor';
import { type ConvOptions, geometry, windowedShape } from './conv';
import { pad } from './slicing';

export interface ConvTransposeOptions extends Omit<ConvOptions, 'padding'> {
  /** Elements cut from both sides of the result, one number or one (pair) a spatial axis. */
  readonly padding?: Exclude<ConvOptions['padding'], string>;
  /** Elements more at the end of each spatial axis: a stride hides how long the image of the convolution was. */
  readonly outputPadding?: number | readonly number[];
  /** Spatial shape of the result, in place of `outputPadding`. */
  readonly size?: readonly number[];
}

/**
 * The transposed convolution (PyTorch's `ConvTranspose`) of `[n, c, ...]` with filters `[c, o / groups, ...]` to `[n, o, ...]`; each
 * spatial axis becomes `(length - 1) stride - padding + (kernel - 1) dilation + 1 + outputPadding` long. It is the gradient in the
 * images of the convolution with the same options.
 */
export function convTranspose(x: Tensor, w: Tensor, options: ConvTransposeOptions = {}): Tensor {
  const fail = (why: string): never => {
    throw new ShapeError(`convTranspose: ${why}: images ${formatShape(x.shape)}, filters ${formatShape(w.shape)}`);
  };
  if (x.rank !== 3 && x.rank !== 4) fail('wants [n, c, l] or [n, c, h, w]');
  if (x.rank !== w.rank) fail('ranks differ');
  if (x.shape[1] !== w.shape[0]) fail(`${x.shape[1]} channels, but ${w.shape[0]} filters`);
  const lengths = x.shape.slice(2);
  const kernel = w.shape.slice(2);
  const g = geometry('convTranspose', lengths, kernel, options);
  if (w.shape[0]! % g.groups !== 0) fail(`${w.shape[0]} filters do not divide into ${g.groups} groups`);
  const reach = lengths.map((n, i) => (n - 1) * g.stride[i]! - g.padding[i]![0]! - g.padding[i]![1]! + (kernel[i]! - 1) * g.dilation[i]! + 1);
  const asked = options.outputPadding ?? 0;
  const extra = reach.map((n, i) => (options.size === undefined ? (typeof asked === 'number' ? asked : asked[i]!) : options.size[i]! - n));
  const most = extra.map((_, i) => Math.max(g.stride[i]!, g.dilation[i]!) - 1);
  if (extra.length !== reach.length || extra.some((n, i) => !Number.isInteger(n) || n < 0 || n > most[i]!)) {
    fail(`outputPadding ${formatShape(extra)} must be whole numbers from 0 to ${formatShape(most)}, less than stride or dilation`);
  }
  const size = reach.map((n, i) => n + extra[i]!);
  if (size.some((n) => n < 1)) fail(`the result would be ${formatShape(size)}`);
  if (windowedShape(size, kernel, g).every((n, i) => n === lengths[i])) return apply('convInputGrad', [x, w], { ...g, size });
  // Longer by a stride or more: what was to be cut at the end stays first, zeros follow.
  const kept = extra.map((n, i) => Math.min(n, g.padding[i]![1]!));
  const padding = g.padding.map(([low, high], i) => [low!, high! - kept[i]!]);
  const y = apply('convInputGrad', [x, w], { ...g, padding, size: reach.map((n, i) => n + kept[i]!) });
  return pad(y, y.shape.map((_, i): [number, number] => [0, i < 2 ? 0 : extra[i - 2]! - kept[i - 2]!]));
}
