import { type Tensor, toTypedArray } from '#core/graph';
import type { LoweringTable, OnnxBuilder } from '../builder';
import { onnxTypes } from '../model';

/** Largest one-hot matrix (elements) for which a scatter is done as a product of matrices. */
const ONE_HOT_LIMIT = 1 << 22;

export const indexing: LoweringTable = {
  gather: (node, [x, indices], b) => b.emit('Gather', [x!, indices!], { axis: node.attributes['axis'] as number }),
  takeAlong: (node, [x, indices], b) => b.emit('GatherElements', [x!, indices!], { axis: node.attributes['axis'] as number }),
  scatterAddAlong(node, [indices, updates], b) {
    const zeros = b.emit('Expand', [b.scalar(0, node.dtype), b.ints(node.shape)]);
    return b.emit('ScatterElements', [zeros, indices!, updates!], { axis: node.attributes['axis'] as number, reduction: 'add' });
  },
  topKIndices(node, [x], b) {
    const { axis, k, largest } = node.attributes as { axis: number; k: number; largest: boolean };
    return b.emitAll('TopK', [x!, b.ints([k])], { axis, largest: Number(largest), sorted: 1 }, { outputs: 2 })[1]!;
  },
  scatterAdd(node, [indices, updates], b) {
    const [at, values] = node.inputs as [Tensor, Tensor];
    const { axis, length } = node.attributes as { axis: number; length: number };
    const before = values.shape.slice(0, axis).reduce((m, n) => m * n, 1);
    const after = values.shape.slice(axis + at.rank).reduce((m, n) => m * n, 1);
    const flat = b.emit('Reshape', [updates!, b.ints([before, at.size, after])]);
    const list = b.emit('Reshape', [indices!, b.ints([at.size])]);
    const rows = at.size * length;
    const result =
      node.dtype === 'float32' && rows <= ONE_HOT_LIMIT && before * after >= 8
        ? byProduct(list, flat, at, length, b)
        : byScatter(list, flat, node, [before, at.size, after], length, b);
    return b.emit('Reshape', [result, b.ints(node.shape)]);
  },
};

/** `onehot' x updates`: threaded, where a scatter is not. */
function byProduct(indices: string, updates: string, at: Tensor, length: number, b: OnnxBuilder): string {
  const places = b.array(toTypedArray(Array.from({ length }, (_, i) => i), at.dtype), [length, 1], at.dtype);
  const hits = b.emit('Cast', [b.emit('Equal', [places, indices])], { to: onnxTypes.float32 });
  return b.emit('MatMul', [hits, updates]);
}

function byScatter(indices: string, updates: string, node: Tensor, shape: readonly number[], length: number, b: OnnxBuilder): string {
  const column = b.emit('Reshape', [indices, b.ints([1, shape[1]!, 1])]);
  const everywhere = b.emit('Expand', [column, b.ints(shape)]);
  const zeros = b.emit('Expand', [b.scalar(0, node.dtype), b.ints([shape[0]!, length, shape[2]!])]);
  return b.emit('ScatterElements', [zeros, everywhere, updates], { axis: 1, reduction: 'add' });
}
