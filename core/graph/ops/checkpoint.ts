import { apply } from '../apply';
import { type Batched, defineOp, type Reading } from '../op';
import { substitute } from '../order';
import { closedSubgraph, type Subgraph } from '../subgraph';
import type { Tensor } from '../tensor';
import { pullback } from '../transforms/gradients';
import { batchTensors } from '../transforms/vmap-tensors';
import { spread } from './elementwise';
import { placeholder } from './source';

/**
 * The first input's value, had no sooner than the second input's. A barrier makes another tensor of it, so that what is computed
 * from it is computed anew and does not merge with what is known already.
 */
defineOp({
  name: 'barrier',
  alias: 0,
  infer: ([x]) => x!,
  vjp: (_, g) => [g, undefined],
  batch: ([x, after], _, size) => apply('barrier', [spread(x!, size), after!.value]),
  flops: () => 0,
});

/**
 * Results of a function that its backward pass computes anew. Inputs: the results, then what the function was given; the body is
 * the function. `checkpointOutput` reads the results.
 */
defineOp<{ body: Subgraph }>({
  name: 'checkpoint',
  infer: () => ({ shape: [0], dtype: 'float32' }),
  several: {
    vjp: recompute,
    // The results are there already, and so are their tangents.
    jvp: (_, readouts, tangents) => readouts.map((readout) => ({ value: readout, tangent: tangents[readout.attributes['index'] as number] })),
  },
  batch(inputs, { body }, size) {
    const xs = inputs.slice(body.outputs.length);
    const members = body.inputs.map((x, i) => (xs[i]!.batched ? placeholder([size, ...x.shape], x.dtype) : x));
    const values = new Map(body.inputs.map((x, i): [Tensor, Batched] => [x, { value: members[i]!, batched: xs[i]!.batched }]));
    const outputs = batchTensors(body.outputs, values, size).map(({ value }) => value);
    return apply('checkpoint', inputs.map(({ value }) => value), { body: closedSubgraph(members, outputs).subgraph });
  },
  flops: () => 0,
});

/** The function once more, behind barriers, and back through it. */
function recompute(node: Tensor, readings: readonly Reading[], needed: readonly boolean[]): (Tensor | undefined)[] {
  const { inputs, outputs } = node.attributes['body'] as Subgraph;
  const count = outputs.length;
  const wanted = inputs.filter((_, i) => needed[count + i]);
  const ys = readings.map((reading) => outputs[reading.node.attributes['index'] as number]!);
  const cotangents = ys.map(({ shape, dtype }) => placeholder(shape, dtype));
  const given = readings.map(({ g }) => g);
  const values = new Map<Tensor, Tensor>(cotangents.map((u, i) => [u, given[i]!]));
  inputs.forEach((x, i) => values.set(x, apply('barrier', [node.inputs[count + i]!, given[0]!])));
  const slopes = substitute(pullback(ys, cotangents, wanted), values);
  return node.inputs.map((_, i) => {
    const place = i < count ? -1 : wanted.indexOf(inputs[i - count]!);
    return place < 0 ? undefined : slopes[place];
  });
}

/** `rank` is the result's, by which a batched one is recognised. */
defineOp<{ index: number; rank: number }>({
  name: 'checkpointOutput',
  readout: true,
  infer: ([node], { index }) => node!.inputs[index]!,
  batch([node], { index, rank }, size) {
    const y = apply('checkpointOutput', [node!.value], { index, rank: node!.value.inputs[index]!.rank });
    return y.rank > rank ? y : spread({ value: y, batched: false }, size);
  },
  flops: () => 0,
});
