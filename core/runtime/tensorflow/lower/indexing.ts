import { range, sizeOf, type Tensor } from '#core/graph';
import type { LoweringTable, PlanBuilder, Slot } from '../plan';

/** A tensor as lines, `axis` last: `[lines, length]`. */
function lines(x: Tensor, slot: Slot, axis: number, p: PlanBuilder): Slot {
  const order = [...range(x.rank).filter((i) => i !== axis), axis];
  return p.reshape(p.transpose(slot, order), [x.size / x.shape[axis]!, x.shape[axis]!]);
}

/** The way back from `lines`. */
function unlined(node: Tensor, slot: Slot, axis: number, p: PlanBuilder): Slot {
  const others = range(node.rank).filter((i) => i !== axis);
  const last = p.reshape(slot, [...others.map((i) => node.shape[i]!), node.shape[axis]!]);
  return p.transpose(last, range(node.rank).map((i) => (i === axis ? node.rank - 1 : others.indexOf(i))));
}

/** Indices along `axis` as positions in lines of `length` that stand one behind the other: batched kernels are wrong in WebAssembly. */
function placesIn(at: Tensor, indices: Slot, axis: number, length: number, p: PlanBuilder): Slot {
  const count = at.size / at.shape[axis]!;
  const starts = p.constant(Int32Array.from({ length: count }, (_, i) => i * length), [count, 1], 'int32');
  return p.emit('Add', { a: lines(at, indices, axis, p), b: starts });
}

/** Positions of the `k` best of a line, of equal ones the first: TensorFlow.js's own sort does not keep that order. */
function best(line: ArrayLike<number>, k: number, largest: boolean): number[] {
  const sign = largest ? -1 : 1;
  return range(line.length).sort((i, j) => sign * (line[i]! - line[j]!) || i - j).slice(0, k);
}

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
  takeAlong(node, [x, indices], p) {
    const [from, at] = node.inputs as [Tensor, Tensor];
    const axis = node.attributes['axis'] as number;
    const all = p.reshape(lines(from, x!, axis, p), [from.size]);
    const picked = p.emit('GatherV2', { x: all, indices: placesIn(at, indices!, axis, from.shape[axis]!, p) }, { axis: 0, batchDims: 0 });
    return unlined(node, picked, axis, p);
  },
  scatterAddAlong(node, [indices, updates], p) {
    const [at, values] = node.inputs as [Tensor, Tensor];
    const { axis, length } = node.attributes as { axis: number; length: number };
    const places = placesIn(at, indices!, axis, length, p);
    const added = p.emit(
      'ScatterNd',
      { indices: p.reshape(places, [at.size, 1]), updates: p.reshape(lines(values, updates!, axis, p), [at.size]) },
      { shape: [node.size] },
    );
    return unlined(node, added, axis, p);
  },
  topKIndices(node, [x], p) {
    const from = node.inputs[0]!;
    const { axis, k, largest } = node.attributes as { axis: number; k: number; largest: boolean };
    const length = from.shape[axis]!;
    const count = node.size / k;
    const found = p.host([lines(from, x!, axis, p)], [count, k], 'int32', ([numbers]) => {
      const list = numbers as Float32Array | Int32Array;
      return Int32Array.from(range(count).flatMap((i) => best(list.subarray(i * length, (i + 1) * length), k, largest)));
    });
    return unlined(node, found, axis, p);
  },
};
