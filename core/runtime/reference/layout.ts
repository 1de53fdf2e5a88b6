import { stridesOf, type Tensor } from '#core/graph';
import { broadcastStrides, forEachIndex, type Kernel, type KernelTable, offset } from './value';

/** A kernel that reads each element of the result from one place of the first input. */
const picked =
  (read: (node: Tensor) => { strides: readonly number[]; base?: number }): Kernel =>
  (node, [x]) => {
    const out = new Float64Array(node.size);
    const { strides, base = 0 } = read(node);
    forEachIndex(node.shape, (index, at) => {
      out[at] = x![offset(index, strides, base)]!;
    });
    return out;
  };

const inputStrides = (node: Tensor): number[] => stridesOf(node.inputs[0]!.shape);

const pad: Kernel = (node, [x]) => {
  const { low, value } = node.attributes as { low: number[]; value: number };
  const out = new Float64Array(node.size).fill(value);
  const strides = stridesOf(node.shape);
  const base = offset(low, strides);
  forEachIndex(node.inputs[0]!.shape, (index, at) => {
    out[offset(index, strides, base)] = x![at]!;
  });
  return out;
};

const concat: Kernel = (node, inputs) => {
  const axis = node.attributes['axis'] as number;
  const out = new Float64Array(node.size);
  const strides = stridesOf(node.shape);
  let start = 0;
  node.inputs.forEach((input, i) => {
    const base = start * strides[axis]!;
    forEachIndex(input.shape, (index, at) => {
      out[offset(index, strides, base)] = inputs[i]![at]!;
    });
    start += input.shape[axis]!;
  });
  return out;
};

export const layout: KernelTable = {
  reshape: (_, [x]) => x!,
  transpose: picked((node) => {
    const strides = inputStrides(node);
    return { strides: (node.attributes['permutation'] as number[]).map((axis) => strides[axis]!) };
  }),
  broadcastTo: picked((node) => ({ strides: broadcastStrides(node.inputs[0]!.shape, node.rank) })),
  slice: picked((node) => {
    const { starts, steps } = node.attributes as { starts: number[]; steps: number[] };
    const strides = inputStrides(node);
    return { strides: strides.map((stride, i) => stride * steps[i]!), base: offset(starts, strides) };
  }),
  flip: picked((node) => {
    const axes = node.attributes['axes'] as number[];
    const strides = inputStrides(node);
    const base = axes.reduce((at, axis) => at + (node.shape[axis]! - 1) * strides[axis]!, 0);
    return { strides: strides.map((stride, i) => (axes.includes(i) ? -stride : stride)), base };
  }),
  pad,
  concat,
};
