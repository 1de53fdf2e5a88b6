import { apply } from '../apply';
import { defineOp } from '../op';
import { formatShape, range, ShapeError } from '../shape';
import type { Tensor } from '../tensor';
import { spread } from './elementwise';

/**
 * Geometry of a convolution. `padding[i]` holds the elements added before and after spatial axis `i`. The three
 * convolution ops share it, and each is linear in both its inputs, so their derivatives close on each other:
 *
 * - `conv(x, w)`: images `[n, c, ...]`, filters `[o, c / groups, ...]` -> `[n, o, ...]`
 * - `convInputGrad(dy, w)`: the transpose of `conv` in `x`; `size` is x's spatial shape
 * - `convFilterGrad(x, dy)`: the transpose of `conv` in `w`; `size` is the filters' spatial shape
 */
export type Geometry = {
  stride: readonly number[];
  padding: readonly (readonly number[])[];
  dilation: readonly number[];
  groups: number;
};
export type SizedGeometry = Geometry & { size: readonly number[] };

const geometryOf = ({ stride, padding, dilation, groups }: Geometry): Geometry => ({ stride, padding, dilation, groups });

/** Spatial shape of the result of a convolution or pooling. */
export function windowedShape(input: readonly number[], kernel: readonly number[], g: Omit<Geometry, 'groups'>): number[] {
  return input.map((n, i) => {
    const [low, high] = g.padding[i]! as [number, number];
    return Math.floor((n + low + high - (kernel[i]! - 1) * g.dilation[i]! - 1) / g.stride[i]!) + 1;
  });
}

defineOp<Geometry>({
  name: 'conv',
  infer([x, w], g) {
    const fail = (why: string): never => {
      throw new ShapeError(`conv: ${why}: images ${formatShape(x!.shape)}, filters ${formatShape(w!.shape)}${g.groups > 1 ? `, ${g.groups} groups` : ''}`);
    };
    if (x!.dtype !== w!.dtype) fail(`types differ (${x!.dtype}, ${w!.dtype})`);
    if (x!.rank !== w!.rank) fail('ranks differ');
    if (x!.shape[1] !== w!.shape[1]! * g.groups) fail(`${x!.shape[1]} channels, but the filters read ${w!.shape[1]! * g.groups}`);
    if (w!.shape[0]! % g.groups !== 0) fail(`${w!.shape[0]} filters do not divide into groups`);
    if (w!.size === 0) fail('there is no filter');
    const size = windowedShape(x!.shape.slice(2), w!.shape.slice(2), g);
    if (size.some((n) => n < 1)) fail('the filter is larger than the padded image');
    return { shape: [x!.shape[0]!, w!.shape[0]!, ...size], dtype: x!.dtype };
  },
  vjp(node, dy, g) {
    const [x, w] = node.inputs as [Tensor, Tensor];
    return [
      apply('convInputGrad', [dy, w], { ...geometryOf(g), size: x.shape.slice(2) }),
      apply('convFilterGrad', [x, dy], { ...geometryOf(g), size: w.shape.slice(2) }),
    ];
  },
  batch([x, w], g, size) {
    if (!w!.batched) return unfoldBatch(apply('conv', [foldBatch(x!.value), w!.value], g), size);
    if (!x!.batched && g.groups === 1) return unfoldChannels(apply('conv', [x!.value, foldBatch(w!.value)], g), size);
    const y = apply('conv', [foldChannels(spread(x!, size)), foldBatch(w!.value)], { ...g, groups: g.groups * size });
    return unfoldChannels(y, size);
  },
  flops: (node) => 2 * node.size * node.inputs[1]!.size / node.shape[1]!,
});

defineOp<SizedGeometry>({
  name: 'convInputGrad',
  infer: ([dy, w], { size, groups }) => ({ shape: [dy!.shape[0]!, w!.shape[1]! * groups, ...size], dtype: dy!.dtype }),
  vjp(node, ddx, g) {
    const [dy, w] = node.inputs as [Tensor, Tensor];
    return [
      apply('conv', [ddx, w], geometryOf(g)),
      apply('convFilterGrad', [ddx, dy], { ...geometryOf(g), size: w.shape.slice(2) }),
    ];
  },
  batch([dy, w], g, size) {
    if (!w!.batched) return unfoldBatch(apply('convInputGrad', [foldBatch(dy!.value), w!.value], g), size);
    if (!dy!.batched && g.groups === 1) {
      return unfoldChannels(apply('convInputGrad', [dy!.value, foldChannels(w!.value)], g), size);
    }
    const dx = apply('convInputGrad', [foldChannels(spread(dy!, size)), foldBatch(w!.value)], { ...g, groups: g.groups * size });
    return unfoldChannels(dx, size);
  },
  flops: (node) => 2 * node.inputs[0]!.size * node.inputs[1]!.size / node.inputs[1]!.shape[0]!,
});

defineOp<SizedGeometry>({
  name: 'convFilterGrad',
  infer: ([x, dy], { size, groups }) => ({ shape: [dy!.shape[1]!, x!.shape[1]! / groups, ...size], dtype: x!.dtype }),
  vjp(node, ddw, g) {
    const [x, dy] = node.inputs as [Tensor, Tensor];
    return [
      apply('convInputGrad', [dy, ddw], { ...geometryOf(g), size: x.shape.slice(2) }),
      apply('conv', [x, ddw], geometryOf(g)),
    ];
  },
  batch([x, dy], g, size) {
    if (!x!.batched && g.groups === 1) {
      return unfoldFilters(apply('convFilterGrad', [x!.value, foldChannels(dy!.value)], g), size);
    }
    if (!dy!.batched && g.groups === 1) {
      return unfoldChannels(apply('convFilterGrad', [foldChannels(x!.value), dy!.value], g), size);
    }
    const dw = apply('convFilterGrad', [foldChannels(spread(x!, size)), foldChannels(spread(dy!, size))], { ...g, groups: g.groups * size });
    return unfoldFilters(dw, size);
  },
  flops: (node) => 2 * node.inputs[1]!.size * node.size / node.shape[0]!,
});

const reshaped = (x: Tensor, shape: readonly number[]): Tensor => apply('reshape', [x], { shape });

/** `[size, n, ...] -> [size * n, ...]` */
const foldBatch = (x: Tensor): Tensor => reshaped(x, [x.shape[0]! * x.shape[1]!, ...x.shape.slice(2)]);

/** `[size * n, ...] -> [size, n, ...]` */
const unfoldBatch = (x: Tensor, size: number): Tensor => reshaped(x, [size, x.shape[0]! / size, ...x.shape.slice(1)]);
const unfoldFilters = unfoldBatch;

/** `[size, n, c, ...] -> [n, size * c, ...]` */
function foldChannels(x: Tensor): Tensor {
  const turned = apply('transpose', [x], { permutation: [1, 0, ...range(x.rank - 2, 2)] });
  return foldAxes(turned);
}

const foldAxes = (x: Tensor): Tensor => reshaped(x, [x.shape[0]!, x.shape[1]! * x.shape[2]!, ...x.shape.slice(3)]);

/** `[n, size * c, ...] -> [size, n, c, ...]` */
function unfoldChannels(x: Tensor, size: number): Tensor {
  const apart = reshaped(x, [x.shape[0]!, size, x.shape[1]! / size, ...x.shape.slice(2)]);
  return apply('transpose', [apart], { permutation: [1, 0, ...range(apart.rank - 2, 2)] });
}

export type Padding = 'same' | 'valid' | number | readonly (number | readonly [number, number])[];
export interface ConvOptions {
  readonly stride?: number | readonly number[];
  /** Elements added on both sides, one number or one (pair) a spatial axis; `'same'` keeps `ceil(size / stride)`. */
  readonly padding?: Padding;
  readonly dilation?: number | readonly number[];
  readonly groups?: number;
}

/** Options with one entry a spatial axis. */
export function geometry(op: string, spatial: readonly number[], kernel: readonly number[], options: ConvOptions): Geometry {
  const each = (value: number | readonly number[] | undefined, what: string): number[] => {
    const list = typeof value === 'number' || value === undefined ? spatial.map(() => value ?? 1) : [...value];
    if (list.length !== spatial.length || list.some((n) => !Number.isInteger(n) || n < 1)) {
      throw new ShapeError(`${op}: ${what} [${list.join(',')}] must be ${spatial.length} positive integers`);
    }
    return list;
  };
  const stride = each(options.stride, 'stride');
  const dilation = each(options.dilation, 'dilation');
  const asked = options.padding ?? 0;
  const groups = options.groups ?? 1;
  if (!Number.isInteger(groups) || groups < 1) throw new ShapeError(`${op}: groups ${groups} must be a positive integer`);
  const padding = spatial.map((n, i): readonly number[] => {
    if (asked === 'valid') return [0, 0];
    if (asked === 'same') {
      const needed = Math.max(0, (Math.ceil(n / stride[i]!) - 1) * stride[i]! + (kernel[i]! - 1) * dilation[i]! + 1 - n);
      return [Math.floor(needed / 2), Math.ceil(needed / 2)];
    }
    const entry = typeof asked === 'number' ? asked : asked[i];
    if (entry === undefined) throw new ShapeError(`${op}: padding misses spatial axis ${i}`);
    const pair = typeof entry === 'number' ? [entry, entry] : [entry[0], entry[1]];
    if (pair.some((p) => !Number.isInteger(p) || p < 0)) {
      throw new ShapeError(`${op}: padding [${pair.join(',')}] of spatial axis ${i} must be whole numbers from 0`, 'cut with pad or slice first');
    }
    return pair;
  });
  return { stride, padding, dilation, groups };
}

/**
 * Convolution (cross-correlation, as networks mean it) of images `[n, c, h, w]` or signals `[n, c, l]` with filters
 * `[o, c / groups, ...]`.
 */
export function conv(x: Tensor, w: Tensor, options: ConvOptions = {}): Tensor {
  if (x.rank !== 3 && x.rank !== 4) throw new ShapeError(`conv: wants [n, c, l] or [n, c, h, w], not ${formatShape(x.shape)}`);
  return apply('conv', [x, w], geometry('conv', x.shape.slice(2), w.shape.slice(2), options));
}
