import { range, type Tensor } from '#core/graph';
import type { LoweringTable } from '../builder';

const each = (node: Tensor): number[] => range(node.rank);

export const layout: LoweringTable = {
  reshape: (node, [x], b) => b.emit('Reshape', [x!, b.target(node, -1)]),
  transpose: (node, [x], b) => b.emit('Transpose', [x!], { perm: node.attributes['permutation'] as readonly number[] }),
  broadcastTo: (node, [x], b) => b.emit('Expand', [x!, b.target(node, 1)]),
  slice(node, [x], b) {
    const { starts, ends, steps } = node.attributes as { starts: number[]; ends: number[]; steps: number[] };
    const cut = each(node).filter((i) => starts[i] !== 0 || ends[i] !== node.inputs[0]!.shape[i] || steps[i] !== 1);
    return b.emit('Slice', [x!, ...[starts, ends, cut, steps].map((list) => b.ints(list === cut ? cut : cut.map((i) => list[i]!)))]);
  },
  flip(node, [x], b) {
    const axes = node.attributes['axes'] as readonly number[];
    // From the last element back to the one before the first.
    const bounds = [axes.map(() => -1), axes.map(() => -(2 ** 31)), axes, axes.map(() => -1)];
    return b.emit('Slice', [x!, ...bounds.map((list) => b.ints(list))]);
  },
  pad(node, [x], b) {
    const { low, high, value } = node.attributes as { low: number[]; high: number[]; value: number };
    return b.emit('Pad', [x!, b.ints([...low, ...high]), b.scalar(value, node.dtype)]);
  },
  concat: (node, inputs, b) => b.emit('Concat', inputs, { axis: node.attributes['axis'] as number }),
};
