import type { Tensor } from '#core/graph';
import { fix, fixedAxis, freeAxis, join, type Label, regroup } from './axes';

/** What an op makes of the orders of its operands' axes: the labels of its result. */
type Rule = (node: Tensor, inputs: readonly (readonly Label[])[]) => Label[];

/** Operands broadcast to the result's shape; axes that meet are reordered together. */
const elementwise: Rule = (node, inputs) =>
  node.shape.map((size, axis) => {
    const meeting = inputs.flatMap((labels, k) => {
      const own = axis - node.rank + labels.length;
      return own >= 0 && node.inputs[k]!.shape[own] === size ? [labels[own]!] : [];
    });
    const [first, ...others] = meeting;
    if (first === undefined) return freeAxis(size);
    for (const other of others) join(first, other);
    return first;
  });

/** Every element of the result is a symmetric function of the elements along the axes that go. */
const reduction: Rule = (node, [labels]) => {
  const { axes, keepDims } = node.attributes as { axes: readonly number[]; keepDims: boolean };
  return labels!.flatMap((label, axis) => (axes.includes(axis) ? (keepDims ? [[]] : []) : [label]));
};

/** The place along one axis matters. */
const alongAxis: Rule = (node, [labels]) => {
  const { axis, keepDims } = node.attributes as { axis: number; keepDims?: boolean };
  fix(labels![axis]!, node.op);
  if (node.rank === labels!.length) return labels!.map((label, i) => (keepDims === true && i === axis ? [] : label));
  return labels!.filter((_, i) => i !== axis);
};

/** Axes that change their length lose their order to the op; the others keep theirs. */
const cut: Rule = (node, [labels]) => {
  const x = node.inputs[0]!;
  const { starts, ends, steps, low, high } = node.attributes as Partial<Record<'starts' | 'ends' | 'steps' | 'low' | 'high', readonly number[]>>;
  return labels!.map((label, axis) => {
    const whole = starts ? starts[axis] === 0 && ends![axis] === x.shape[axis] && steps![axis] === 1 : low![axis] === 0 && high![axis] === 0;
    if (whole) return label;
    fix(label, node.op);
    return fixedAxis(node.shape[axis]!, node.op);
  });
};

/** `[batch, channels, places...]`: channels pass, places are places. */
const overPlaces: Rule = (node, [labels]) => {
  for (const label of labels!.slice(2)) fix(label, 'place');
  return [labels![0]!, labels![1]!, ...node.shape.slice(2).map((size) => fixedAxis(size, 'place'))];
};

const convolution: Rule = (node, [x, w]) => {
  const { groups } = node.attributes as { groups: number };
  const filters = node.inputs[1]!.shape;
  for (const label of [...x!.slice(2), ...w!.slice(2)]) fix(label, 'place');
  if (groups === 1) join(x![1]!, w![1]!);
  // One filter a channel: filters go with their channels.
  else if (groups === filters[0] && filters[1] === 1) join(x![1]!, w![0]!);
  else for (const label of [x![1]!, w![0]!, w![1]!]) fix(label, 'groups of a convolution');
  return [x![0]!, w![0]!, ...node.shape.slice(2).map((size) => fixedAxis(size, 'place'))];
};

const matmul: Rule = (node, [a, b]) => {
  const { transposeA, transposeB } = node.attributes as { transposeA: boolean; transposeB: boolean };
  const [m, k] = transposeA ? [a!.at(-1)!, a!.at(-2)!] : [a!.at(-2)!, a!.at(-1)!];
  const [inner, n] = transposeB ? [b!.at(-1)!, b!.at(-2)!] : [b!.at(-2)!, b!.at(-1)!];
  join(k, inner);
  const leading = node.shape.slice(0, -2).map((size, axis) => {
    const rank = node.rank - 2;
    const meeting = [a!, b!].flatMap((labels, i) => {
      const own = axis - rank + labels.length - 2;
      return own >= 0 && node.inputs[i]!.shape[own] === size ? [labels[own]!] : [];
    });
    if (meeting.length === 2) join(meeting[0]!, meeting[1]!);
    return meeting[0] ?? freeAxis(size);
  });
  return [...leading, m, n];
};

const passing: Rule = (_node, [labels]) => [...labels!];

const elementwiseOps = [
  'abs', 'add', 'atan', 'broadcastTo', 'cast', 'ceil', 'clip', 'cos', 'div', 'equal', 'erf', 'exp', 'expm1', 'floor', 'greater', 'greaterEqual', 'less', 'lessEqual',
  'log', 'log1p', 'logicalAnd', 'logicalNot', 'logicalOr', 'maximum', 'minimum', 'mod', 'mul', 'neg', 'notEqual', 'pow', 'reciprocal', 'relu', 'round', 'rsqrt',
  'sigmoid', 'sign', 'sin', 'softplus', 'sqrt', 'square', 'stopGradient', 'sub', 'tanh', 'where',
];

const rules: Readonly<Record<string, Rule>> = {
  ...Object.fromEntries(elementwiseOps.map((name) => [name, elementwise])),
  ...Object.fromEntries(['sum', 'max', 'min', 'variance'].map((name) => [name, reduction])),
  ...Object.fromEntries(['argmax', 'argmin', 'cumsum'].map((name) => [name, alongAxis])),
  ...Object.fromEntries(['slice', 'pad'].map((name) => [name, cut])),
  ...Object.fromEntries(['maxPool', 'avgPool'].map((name) => [name, overPlaces])),
  // Their value is that of the first operand, or a function of it that treats all elements along an axis alike.
  ...Object.fromEntries(['barrier', 'customGradient', 'normalize', 'softmax', 'logSoftmax'].map((name) => [name, passing])),
  conv: convolution,
  matmul,
  scalar: () => [],
  constant: (node) => node.shape.map((size) => fixedAxis(size, 'constant')),
  reshape: (node, [labels]) => regroup(labels!, node.shape),
  transpose: (node, [labels]) => (node.attributes['permutation'] as readonly number[]).map((axis) => labels![axis]!),
  gather: (node, [labels, indices]) => {
    const axis = node.attributes['axis'] as number;
    fix(labels![axis]!, 'gather');
    return [...labels!.slice(0, axis), ...indices!, ...labels!.slice(axis + 1)];
  },
  concat: (node, inputs) => {
    const axis = node.attributes['axis'] as number;
    return node.shape.map((size, i) => {
      const [first, ...others] = inputs.map((labels) => labels[i]!);
      if (i !== axis) for (const other of others) join(first!, other);
      else for (const label of [first!, ...others]) fix(label, 'concat');
      return i === axis ? fixedAxis(size, 'concat') : first!;
    });
  },
};

/** Labels of a node's result. An op without a rule keeps all orders as they are: always right, if less than could be. */
export function labelsOf(node: Tensor, inputs: readonly (readonly Label[])[]): Label[] {
  const rule = rules[node.op];
  if (rule) return rule(node, inputs);
  for (const label of inputs.flat()) fix(label, node.op);
  return node.shape.map((size) => fixedAxis(size, node.op));
}
