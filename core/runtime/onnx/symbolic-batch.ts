import { type Graph, input, type Tensor, topologicalOrder, UserError } from '#core/graph';

/**
 * The tensors of a graph whose axis 0 is the batch (or a multiple of it), found by following the batch from the named inputs through
 * the ops. Throws `UserError` where an op mixes examples, for instance BatchNorm with the batch's own moments: such a graph holds
 * for one batch size only.
 */
export function batchedTensors(graph: Graph, inputs: readonly string[]): Set<Tensor> {
  const batched = new Set<Tensor>();
  const batch = graph.inputs.find(({ name }) => inputs.includes(name))?.shape[0] ?? 1;
  for (const { name, shape, dtype } of graph.inputs) if (inputs.includes(name)) batched.add(input(name, shape, dtype));
  for (const node of topologicalOrder(graph.outputs.map(({ tensor }) => tensor))) {
    const from = node.inputs.map((x) => batched.has(x));
    if (!from.includes(true)) continue;
    if (!keepsBatch(node, from, batch)) {
      throw new UserError('export.batch', `${node} mixes the examples of a batch, so the model holds for its batch size only`, {
        hint: 'export it with a fixed batch size',
      });
    }
    batched.add(node);
  }
  return batched;
}

/** Whether a node keeps examples apart; `batch` is the size that the graph was traced with. */
type Rule = (node: Tensor, from: readonly boolean[], batch: number) => boolean;

const axesOf = (node: Tensor): readonly number[] => node.attributes['axes'] as readonly number[];
const awayFromAxes: Rule = (node) => !axesOf(node).includes(0);
const awayFromAxis: Rule = (node) => node.attributes['axis'] !== 0;
const firstOnly: Rule = (_, [first, ...others]) => first === true && !others.includes(true);

/** Elementwise: what is not batched repeats along the batch. */
const elementwise: Rule = (node, from) =>
  node.inputs.every((x, i) => (from[i] === true ? x.rank === node.rank : x.rank < node.rank || x.shape[0] === 1));

const rules: Readonly<Record<string, Rule>> = {
  // Examples lie one behind the other, so any first axis that is so many times the batch keeps them apart.
  reshape: (node, _, batch) => node.rank > 0 && node.shape[0]! % batch === 0,
  transpose: (node) => (node.attributes['permutation'] as readonly number[])[0] === 0,
  broadcastTo: (node) => node.rank === node.inputs[0]!.rank,
  slice: (node) => node.shape[0] === node.inputs[0]!.shape[0],
  pad: (node) => node.shape[0] === node.inputs[0]!.shape[0],
  flip: awayFromAxes,
  concat: (node, from, batch) => awayFromAxis(node, from, batch) && !from.includes(false),
  gather: (node, [x, indices]) => (x === true ? indices === false && node.attributes['axis'] !== 0 : node.attributes['axis'] === 0),
  sum: awayFromAxes,
  max: awayFromAxes,
  min: awayFromAxes,
  variance: awayFromAxes,
  normalize: awayFromAxes,
  argmax: awayFromAxis,
  argmin: awayFromAxis,
  cumsum: awayFromAxis,
  topKIndices: awayFromAxis,
  takeAlong: (node, from, batch) => awayFromAxis(node, from, batch) && !from.includes(false),
  softmax: awayFromAxis,
  logSoftmax: awayFromAxis,
  matmul(node, from) {
    const [a, b] = node.inputs as [Tensor, Tensor];
    if (node.rank === 2) return from[0] === true && from[1] === false && node.attributes['transposeA'] === false;
    return (from[0] === false || a.rank === node.rank) && (from[1] === false || b.rank === node.rank);
  },
  conv: firstOnly,
  convInputGrad: firstOnly,
  maxPool: firstOnly,
  avgPool: firstOnly,
};

const mixing = new Set(['scatterAdd', 'scatterAddAlong', 'convFilterGrad', 'maxPoolIndices', 'randomBits', 'loop', 'barrier']);

function keepsBatch(node: Tensor, from: readonly boolean[], batch: number): boolean {
  if (mixing.has(node.op)) return false;
  return (rules[node.op] ?? elementwise)(node, from, batch);
}
