import { range, sizeOf, type Tensor } from '#core/graph';
import type { LoweringTable } from '../plan';

export const indexing: LoweringTable = {
  gather: (node, [x, indices], p) => p.emit('GatherV2', { x: x!, indices: indices! }, { axis: node.attributes['axis'], batchDims: 0 }),
  scatterAdd(node, [indices, updates], p) {
    const [at, values] = node.inputs as [Tensor, Tensor];
    const { axis, length } = node.attributes as { axis: number; length: number };
    const before = values.shape.slice(0, axis);
    const after = values.shape.slice(axis + at.rank);
    // The kernel adds rows of a matrix: the scattered axis comes first.
    const width = sizeOf(before) * sizeOf(after);
    const front = p.transpose(p.reshape(updates!, [sizeOf(before), at.size, sizeOf(after)]), [1, 0, 2]);
    const rows = p.emit(
      'ScatterNd',
      { indices: p.reshape(indices!, [at.size, 1]), updates: p.reshape(front, [at.size, width]) },
      { shape: [length, width] },
    );
    const split = p.reshape(rows, [length, ...before, ...after]);
    return p.transpose(split, [...range(axis, 1), 0, ...range(after.length, axis + 1)]);
  },
};
