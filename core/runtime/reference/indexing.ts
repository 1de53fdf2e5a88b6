import { philoxHalves, philoxWords, sizeOf, type Tensor, UserError } from '#core/graph';
import type { KernelTable, Numbers } from './value';

/**
 * Walks the pairs of a gather: `visit(whole, part)` with the position in the tensor that is indexed along `axis` and in the
 * one that holds the chosen slices.
 */
function forEachGathered(
  op: string,
  whole: readonly number[],
  indices: Numbers,
  axis: number,
  visit: (whole: number, part: number) => void,
): void {
  const before = sizeOf(whole.slice(0, axis));
  const length = whole[axis]!;
  const after = sizeOf(whole.slice(axis + 1));
  for (let i = 0; i < before; i++) {
    for (let j = 0; j < indices.length; j++) {
      const at = indices[j]!;
      if (at < 0 || at >= length) throw new UserError('graph.index', `${op}: index ${at} is outside an axis of length ${length}`);
      for (let k = 0; k < after; k++) visit((i * length + at) * after + k, (i * indices.length + j) * after + k);
    }
  }
}

export const indexing: KernelTable = {
  gather(node, [x, indices]) {
    const out = new Float64Array(node.size);
    forEachGathered('gather', node.inputs[0]!.shape, indices!, node.attributes['axis'] as number, (whole, part) => {
      out[part] = x![whole]!;
    });
    return out;
  },
  scatterAdd(node: Tensor, [indices, updates]) {
    const out = new Float64Array(node.size);
    forEachGathered('scatterAdd', node.shape, indices!, node.attributes['axis'] as number, (whole, part) => {
      out[whole] = out[whole]! + updates![part]!;
    });
    return out;
  },
  randomBits(node, [keys]) {
    const { count, stream, width } = node.attributes as { count: number; stream: number; width: 16 | 32 };
    const draw = width === 16 ? philoxHalves : philoxWords;
    const out = new Float64Array(node.size);
    for (let i = 0; i < keys!.length / 2; i++) out.set(draw([keys![2 * i]!, keys![2 * i + 1]!], count, stream), i * count);
    return out;
  },
};
