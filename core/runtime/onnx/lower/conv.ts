import { range, type Tensor, windowedShape } from '#core/graph';
import type { Lowering, LoweringTable, OnnxBuilder } from '../builder';

interface Geometry {
  readonly stride: readonly number[];
  readonly padding: readonly (readonly [number, number])[];
  readonly dilation: readonly number[];
  readonly groups: number;
  readonly size: readonly number[];
}

const geometry = (node: Tensor): Geometry => node.attributes as unknown as Geometry;

const pads = (padding: Geometry['padding']): number[] => [...padding.map(([low]) => low), ...padding.map(([, high]) => high)];

/** A convolution with one number a channel added. */
export function convNode(node: Tensor, b: OnnxBuilder, bias?: Tensor): string {
  const { stride, padding, dilation, groups } = geometry(node);
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

const convInputGrad: Lowering = (node, [dy, w], b) => {
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

/**
 * The filter's gradient as a convolution of the images with the gradient as filter: batch and channels change roles, stride
 * and dilation too. Images become `[c, n, ...]` with the batch as channels.
 */
const convFilterGrad: Lowering = (node, [x, dy], b) => {
  const { stride, padding, dilation, groups, size } = geometry(node);
  const [images, gradient] = node.inputs as [Tensor, Tensor];
  const [n, c] = images.shape as [number, number];
  const spatial = range(size.length);
  const swap = [1, 0, ...spatial.map((i) => i + 2)];
  let left = b.emit('Transpose', [x!], { perm: swap });
  const right = b.emit('Transpose', [dy!], { perm: swap });
  if (groups > 1) {
    // [c, n, ...] -> [c / groups, groups * n, ...]: group g's channels read group g's share of the batch.
    const apart = b.emit('Reshape', [left, b.ints([groups, c / groups, n, ...images.shape.slice(2)])]);
    const turned = b.emit('Transpose', [apart], { perm: [1, 0, 2, ...spatial.map((i) => i + 3)] });
    left = b.emit('Reshape', [turned, b.ints([c / groups, groups * n, ...images.shape.slice(2)])]);
  }
  const reach = windowedShape(images.shape.slice(2), gradient.shape.slice(2), { stride: dilation, padding, dilation: stride });
  let wide = b.emit('Conv', [left, right], {
    kernel_shape: gradient.shape.slice(2),
    strides: dilation,
    pads: pads(padding),
    dilations: stride,
    group: groups,
  });
  if (reach.some((m, i) => m !== size[i])) {
    // A stride that does not divide the image leaves rows that no filter element reads.
    wide = b.emit('Slice', [wide, b.ints(spatial.map(() => 0)), b.ints(size), b.ints(spatial.map((i) => i + 2))]);
  }
  return b.emit('Transpose', [wide], { perm: swap });
};

export const conv: LoweringTable = { conv: (node, _, b) => convNode(node, b), convInputGrad, convFilterGrad };
