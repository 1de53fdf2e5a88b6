import { sizeOf, type Tensor } from '#core/graph';
import type { OnnxBuilder } from '../../builder';
import { type Geometry, isShift } from '../conv-gradients';
import { blockedConvNode, reading, serves, two } from './kernel';
import { blockedImages, fill, filterBlocks, imagesOf, plane, planePadding, reshape, transpose, upTo } from './layout';

const geometry = (node: Tensor): Omit<Geometry, 'size'> => node.attributes as unknown as Geometry;

/** Whether ONNX Runtime's blocked kernels serve a convolution. */
export function servesConv(node: Tensor, b: OnnxBuilder): boolean {
  const [x, w] = node.inputs as [Tensor, Tensor];
  if (isShift(w)) return false;
  return serves(b, node.dtype, x.shape[1]!, w.shape[0]!, geometry(node).groups, (node.size * w.size) / w.shape[0]!);
}

/** What is joined to a convolution in one operator. */
interface Joined {
  /** One number a channel. */
  readonly bias?: Tensor | undefined;
  /** Images in blocks that the result is added to. */
  readonly plus?: string | undefined;
  readonly activation?: 'Relu';
}

/** A convolution that they serve; the result is in blocks. */
export function blockedConv(node: Tensor, b: OnnxBuilder, { bias, plus, activation }: Joined = {}): string {
  const g = geometry(node);
  const [x, w] = node.inputs as [Tensor, Tensor];
  const [o, perGroup] = w.shape as [number, number];
  const c = x.shape[1]!;
  const block = b.block!;
  const byBlocks = reading(c, g.groups, block) === 'blocks';
  const [rows, columns] = [upTo(o, block), byBlocks ? upTo(perGroup, block) : perGroup];
  const kernel = plane(w.shape.slice(2));
  const filter = b.once(`blocked filter ${w.id} ${byBlocks}`, () => {
    const blocks = filterBlocks(w, rows, columns, b);
    const turned = byBlocks ? transpose(reshape(blocks, [rows / block, columns / block, block, sizeOf(kernel), block], b), [0, 1, 3, 2, 4], b) : blocks;
    return [reshape(turned, [rows, columns, ...kernel], b)];
  })[0]!;
  const inputs = [byBlocks ? blockedImages(x, b) : imagesOf(x, b), filter];
  if (bias !== undefined) inputs.push(fill(reshape(b.lower(bias), [o], b), 1, [[0, rows - o]], b));
  if (plus !== undefined) inputs.push(...(bias === undefined ? ['', plus] : [plus]));
  const [down, across] = planePadding(g.padding);
  const windows = { kernel, stride: two(g.stride), pads: [down[0], across[0], down[1], across[1]], dilation: two(g.dilation), groups: g.groups };
  return blockedConvNode(inputs, windows, b, activation);
}
