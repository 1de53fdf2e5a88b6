import type { LoweringTable } from '../plan';

export const layout: LoweringTable = {
  reshape: (node, [x], p) => p.reshape(x!, node.shape),
  transpose: (node, [x], p) => p.transpose(x!, node.attributes['permutation'] as readonly number[]),
  broadcastTo: (node, [x], p) => p.broadcast(x!, node.inputs[0]!.shape, node.shape),
  slice(node, [x], p) {
    const { starts, ends, steps } = node.attributes as { starts: number[]; ends: number[]; steps: number[] };
    if (steps.every((step) => step === 1)) return p.emit('Slice', { x: x! }, { begin: [...starts], size: [...node.shape] });
    const none = { beginMask: 0, endMask: 0, ellipsisMask: 0, newAxisMask: 0, shrinkAxisMask: 0 };
    return p.emit('StridedSlice', { x: x! }, { begin: [...starts], end: [...ends], strides: [...steps], ...none });
  },
  flip: (node, [x], p) => p.emit('Reverse', { x: x! }, { dims: [...(node.attributes['axes'] as readonly number[])] }),
  pad(node, [x], p) {
    const { low, high, value } = node.attributes as { low: number[]; high: number[]; value: number };
    return p.emit('PadV2', { x: x! }, { paddings: low.map((n, i) => [n, high[i]!]), constantValue: value });
  },
  concat: (node, inputs, p) => p.emit('Concat', inputs, { axis: node.attributes['axis'] }),
};
