import type { Tensor } from '#core/graph';
import type { Lowering, LoweringTable, OnnxBuilder } from '../builder';
import { blockedConv, servesConv } from './blocked/conv';
import { blockedFilterGrad } from './blocked/filter-gradient';
import { blockedInputGrad, servesInputGrad } from './blocked/input-gradient';
import { asInGraph, fromBlocks } from './blocked/layout';
import { axesCopyLess, convByWindows, filterGradByAxes, filterGradByWindows, type Geometry, inputGradByConv, isShift } from './conv-gradients';

const geometry = (node: Tensor): Geometry => node.attributes as unknown as Geometry;

const pads = (padding: Geometry['padding']): number[] => [...padding.map(([low]) => low), ...padding.map(([, high]) => high)];

/** A convolution with one number a channel added. */
export function convNode(node: Tensor, b: OnnxBuilder, bias?: Tensor): string {
  if (servesConv(node, b)) return asInGraph(fromBlocks(blockedConv(node, b, bias === undefined ? {} : { bias }), node.shape[1]!, b), node.shape, b);
  const { stride, padding, dilation, groups } = geometry(node);
  if (windowsAreShared(node, b)) {
    const y = b.lower(convByWindows(node.inputs[0]!, node.inputs[1]!, geometry(node), node.shape));
    return bias === undefined ? y : b.emit('Add', [y, b.lower(bias)]);
  }
  const inputs = node.inputs.map((x) => b.lower(x));
  if (bias !== undefined) inputs.push(bias.rank === 1 ? b.lower(bias) : b.emit('Reshape', [b.lower(bias), b.ints([bias.size])]));
  return b.emit('Conv', inputs, {
    kernel_shape: node.inputs[1]!.shape.slice(2),
    strides: stride,
    pads: pads(padding),
    dilations: dilation,
    group: groups,
  });
}

/** Whether a filter gradient in the graph lays the windows of the same images side by side. */
function windowsAreShared(node: Tensor, b: OnnxBuilder): boolean {
  const [x, w] = node.inputs as [Tensor, Tensor];
  const { stride, padding, dilation, groups } = geometry(node);
  if (b.portable || groups !== 1 || isShift(w) || w.size === w.shape[0]! * w.shape[1]!) return false;
  const wanted = JSON.stringify([stride, padding, dilation, w.shape.slice(2)]);
  return b.users(x).some((user) => {
    if (user.op !== 'convFilterGrad' || user.inputs[0] !== x) return false;
    const g = geometry(user);
    return g.groups === 1 && JSON.stringify([g.stride, g.padding, g.dilation, g.size]) === wanted && !axesCopyLess(x, user.inputs[1]!, g);
  });
}

const convInputGrad: Lowering = (node, [dy, w], b) => {
  if (servesInputGrad(node, b)) return asInGraph(fromBlocks(blockedInputGrad(node, b), node.shape[1]!, b), node.shape, b);
  const turned = inputGradByConv(node.inputs[0]!, node.inputs[1]!, geometry(node));
  if (turned !== undefined) return b.lower(turned);
  const { stride, padding, dilation, groups, size } = geometry(node);
  const kernel = node.inputs[1]!.shape.slice(2);
  // The transposed convolution reaches as far as the windows did; what no window touched is filled up with zeros.
  const rest = node.inputs[0]!.shape.slice(2).map((n, i) => {
    const [low, high] = padding[i]!;
    return size[i]! - ((n - 1) * stride[i]! + (kernel[i]! - 1) * dilation[i]! + 1 - low - high);
  });
  return b.emit('ConvTranspose', [dy!, w!], {
    kernel_shape: kernel,
    strides: stride,
    pads: pads(padding),
    dilations: dilation,
    group: groups,
    output_padding: rest,
  });
};

const convFilterGrad: Lowering = (node, _, b) => {
  const [x, dy] = node.inputs as [Tensor, Tensor];
  const g = geometry(node);
  const blocked = blockedFilterGrad(node, g, b);
  if (blocked !== undefined) return blocked;
  return b.lower(axesCopyLess(x, dy, g) ? filterGradByAxes(x, dy, g) : filterGradByWindows(x, dy, g));
};

export const conv: LoweringTable = { conv: (node, _, b) => convNode(node, b), convInputGrad, convFilterGrad };
