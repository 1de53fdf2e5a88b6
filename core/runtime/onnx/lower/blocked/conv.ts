import { sizeOf, type Tensor } from '#core/graph';
import type { OnnxBuilder } from '../../builder';
import type { Geometry } from '../conv-gradients';
import { blockedConvNode, reading, serves, two } from './kernel';
import { asInGraph, blockedImages, fill, filterBlocks, fromBlocks, imagesOf, plane, planePadding, reshape, transpose, upTo } from './layout';

/** `convNode` by ONNX Runtime's blocked kernels, or `undefined` where they do not serve. */
export function blockedConv(node: Tensor, g: Omit<Geometry, 'size'>, b: OnnxBuilder, options: { bias?: Tensor; activation?: 'Relu' } = {}): string | undefined {
  const [x, w] = node.inputs as [Tensor, Tensor];
  const [o, perGroup] = w.shape as [number, number];
  const c = x.shape[1]!;
  const work = (node.size * w.size) / o;
  if (!serves(b, node.dtype, c, o, g.groups, work)) return undefined;
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
  if (options.bias !== undefined) inputs.push(fill(reshape(b.lower(options.bias), [o], b), 1, [[0, rows - o]], b));
  const [down, across] = planePadding(g.padding);
  const windows = { kernel, stride: two(g.stride), pads: [down[0], across[0], down[1], across[1]], dilation: two(g.dilation), groups: g.groups };
  const y = blockedConvNode(inputs, windows, b, options.activation);
  return asInGraph(fromBlocks(y, o, b), node.shape, b);
}
