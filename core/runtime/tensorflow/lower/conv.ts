import { type Tensor, vjp, zeros } from '#core/graph';
import type { Lowering, LoweringTable, PlanBuilder, Slot } from '../plan';
import { convByWindows, type Geometry } from '../../compositions/windows';

const geometry = (node: Tensor): Geometry => node.attributes as unknown as Geometry;

/** TensorFlow.js keeps channels last: NCHW -> NHWC and filters OIHW -> HWIO. Signals are images of height 1. */
const images = (x: Tensor, slot: Slot, p: PlanBuilder): Slot => p.transpose(p.reshape(slot, planar(x.shape)), [0, 2, 3, 1]);
const filters = (w: Tensor, slot: Slot, p: PlanBuilder): Slot => p.transpose(p.reshape(slot, planar(w.shape)), [2, 3, 1, 0]);

const planar = (shape: readonly number[]): number[] => (shape.length === 4 ? [...shape] : [shape[0]!, shape[1]!, 1, shape[2]!]);
const channelsLast = ([n, c, h, w]: number[]): number[] => [n!, h!, w!, c!];

function attributes(g: Geometry): { strides: number[]; dilations: number[]; pad: number[][]; dataFormat: string } {
  const flat = g.stride.length === 1;
  return {
    strides: flat ? [1, g.stride[0]!] : [...g.stride],
    dilations: flat ? [1, g.dilation[0]!] : [...g.dilation],
    pad: [[0, 0], ...(flat ? [[0, 0]] : []), ...g.padding.map(([low, high]) => [low, high]), [0, 0]],
    dataFormat: 'NHWC',
  };
}

const plain = (list: readonly number[]): boolean => list.every((n) => n === 1);

/** Whether the library has a kernel for this geometry: none for groups, none with both a stride and a dilation. */
const direct = (g: Geometry): boolean => g.groups === 1 && (plain(g.stride) || plain(g.dilation));
/** The gradients' kernels know no dilation. */
const directGradient = (g: Geometry): boolean => g.groups === 1 && plain(g.dilation);

const conv: Lowering = (node, [x, w], p) => {
  const g = geometry(node);
  const [images0, filters0] = node.inputs as [Tensor, Tensor];
  if (!direct(g)) return p.lower(convByWindows(images0, filters0, g));
  const y = p.emit('Conv2D', { x: images(images0, x!, p), filter: filters(filters0, w!, p) }, attributes(g));
  return p.reshape(p.transpose(y, [0, 3, 1, 2]), node.shape);
};

const convInputGrad: Lowering = (node, [dy, w], p) => {
  const g = geometry(node);
  const [gradient, filters0] = node.inputs as [Tensor, Tensor];
  if (!directGradient(g)) {
    // A convolution is linear in its images: where they stand does not matter to the transpose.
    const [, back] = vjp((x: Tensor) => convByWindows(x, filters0, g), zeros(node.shape, node.dtype));
    return p.lower(back(gradient));
  }
  const { dilations: _, ...rest } = attributes(g);
  const inputShape = channelsLast(planar(node.shape));
  const dx = p.emit('Conv2DBackpropInput', { dy: images(gradient, dy!, p), filter: filters(filters0, w!, p) }, { ...rest, inputShape });
  return p.reshape(p.transpose(dx, [0, 3, 1, 2]), node.shape);
};

const convFilterGrad: Lowering = (node, [x, dy], p) => {
  const g = geometry(node);
  const [images0, gradient] = node.inputs as [Tensor, Tensor];
  if (!directGradient(g) || !p.has('Conv2DBackpropFilter')) {
    const [, back] = vjp((w: Tensor) => convByWindows(images0, w, g), zeros(node.shape, node.dtype));
    return p.lower(back(gradient));
  }
  const { dilations: _, ...rest } = attributes(g);
  const [o, c, h, w] = planar(node.shape) as [number, number, number, number];
  const dw = p.emit('Conv2DBackpropFilter', { x: images(images0, x!, p), dy: images(gradient, dy!, p) }, { ...rest, filterShape: [h, w, c, o] });
  return p.reshape(p.transpose(dw, [3, 2, 0, 1]), node.shape);
};

export const convolution: LoweringTable = { conv, convInputGrad, convFilterGrad };
