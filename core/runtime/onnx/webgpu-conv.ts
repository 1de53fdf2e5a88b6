import { pad, reapply, slice, type Tensor, UserError, vjp, zeros } from '#core/graph';
import { convByWindows, type Geometry } from '../compositions/windows';

/**
 * ONNX Runtime 1.30's WebGPU convolutions give wrong numbers for some shapes: many geometries with groups, and some dense ones
 * whose channels are no multiple of 4. (Found on a software adapter, against the processor.) Dense convolutions of 1 to 3 or 4 n
 * channels are right in all our tests: others are filled up with empty channels, and what has groups becomes products of matrices.
 */
const geometry = (node: Tensor): Geometry => node.attributes as unknown as Geometry;

const missing = (channels: number): number => (channels > 3 ? (4 - (channels % 4)) % 4 : 0);

/** `x` with `count` empty elements behind those of `axis`. */
const filled = (x: Tensor, axis: number, count: number): Tensor => pad(x, x.shape.map((_, i) => [0, i === axis ? count : 0]));

function conv(node: Tensor, [x, w]: readonly [Tensor, Tensor]): Tensor {
  if (geometry(node).groups > 1) return convByWindows(x, w, geometry(node));
  const more = missing(x.shape[1]!);
  return reapply(node, more === 0 ? [x, w] : [filled(x, 1, more), filled(w, 1, more)]);
}

function inputGrad(node: Tensor, [dy, w]: readonly [Tensor, Tensor]): Tensor {
  // A convolution is linear in its images and in its filters: where they stand does not matter to the transpose.
  if (geometry(node).groups > 1) return vjp((x: Tensor) => convByWindows(x, w, geometry(node)), zeros(node.shape, node.dtype))[1](dy);
  const [outputs, inputs] = [missing(dy.shape[1]!), missing(w.shape[1]!)];
  if (outputs === 0 && inputs === 0) return reapply(node, [dy, w]);
  const dx = reapply(node, [filled(dy, 1, outputs), filled(filled(w, 0, outputs), 1, inputs)]);
  return slice(dx, [0, 0], [node.shape[0]!, node.shape[1]!]);
}

const filterGrad = (node: Tensor, [x, dy]: readonly [Tensor, Tensor]): Tensor =>
  vjp((w: Tensor) => convByWindows(x, w, geometry(node)), zeros(node.shape, node.dtype))[1](dy);

const rules: Readonly<Record<string, (node: Tensor, inputs: readonly [Tensor, Tensor]) => Tensor>> = {
  conv,
  convInputGrad: inputGrad,
  convFilterGrad: filterGrad,
};

export const isConv = ({ op }: Tensor): boolean => rules[op] !== undefined;

/** A convolution, or one of its gradients, on other inputs, in a form that is right on WebGPU. */
export const webgpuConv = (node: Tensor, inputs: readonly Tensor[]): Tensor => rules[node.op]!(node, inputs as readonly [Tensor, Tensor]);

/** Convolutions inside a loop are not rewritten, so they cannot be had. */
export const convInLoop = (node: Tensor): UserError =>
  new UserError('runtime.missing-rule', `the device webgpu cannot compute convolutions inside a loop (${node})`, { hint: 'use the device cpu, or unroll the loop' });
