import { philoxHalves, philoxWords, sizeOf, stridesOf, type Tensor, UserError } from '#core/graph';
import { forEachLine } from './reduce';
import { forEachIndex, type KernelTable, type Numbers, offset } from './value';

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

/** Walks the pairs of a pick along an axis: `visit(whole, part)`, the position picked from (or added to) and the index's own. */
function forEachPick(op: string, whole: readonly number[], part: readonly number[], indices: Numbers, axis: number, visit: (whole: number, part: number) => void): void {
  const strides = stridesOf(whole);
  forEachIndex(part, (index, at) => {
    const line = indices[at]!;
    if (line < 0 || line >= whole[axis]!) throw new UserError('graph.index', `${op}: index ${line} is outside an axis of length ${whole[axis]!}`);
    visit(offset(index, strides) + (line - index[axis]!) * strides[axis]!, at);
  });
}

export const indexing: KernelTable = {
  takeAlong(node, [x, indices]) {
    const out = new Float64Array(node.size);
    forEachPick('takeAlong', node.inputs[0]!.shape, node.shape, indices!, node.attributes['axis'] as number, (whole, part) => {
      out[part] = x![whole]!;
    });
    return out;
  },
  scatterAddAlong(node, [indices, updates]) {
    const out = new Float64Array(node.size);
    forEachPick('scatterAddAlong', node.shape, node.inputs[1]!.shape, indices!, node.attributes['axis'] as number, (whole, part) => {
      out[whole] = out[whole]! + updates![part]!;
    });
    return out;
  },
  topKIndices(node, [x]) {
    const { axis, k, largest } = node.attributes as { axis: number; k: number; largest: boolean };
    const out = new Float64Array(node.size);
    const lines: number[][] = [];
    forEachLine(node.inputs[0]!, axis, (positions) => {
      const order = positions.map((_, i) => i).sort((i, j) => (largest ? x![positions[j]!]! - x![positions[i]!]! : x![positions[i]!]! - x![positions[j]!]!) || i - j);
      lines.push(order);
    });
    if (k > 0) forEachLine(node, axis, (positions, line) => positions.forEach((at, i) => (out[at] = lines[line]![i]!)));
    return out;
  },
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
