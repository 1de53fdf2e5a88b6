import { loopPlan } from '#core/graph';
import type * as TensorFlow from '@tensorflow/tfjs-core';
import type { LoweringTable, Part } from '../plan';

/** A loop is its body's plan, run once a step: TensorFlow.js has no loops. */
export const loop: LoweringTable = {
  loop(node, inputs, p) {
    const plan = loopPlan(node, p.readers(node));
    const { consts, carries, sequences, next, stacks, length, reverse } = plan;
    const bodyInputs = [...consts, ...carries, ...sequences];
    const body = p.part(bodyInputs.map((i) => plan.inputs[i]!), [...next, ...stacks]);
    const results = p.step(bodyInputs.map((i) => inputs[i]!), next.length + stacks.length, (tensors) => {
      const fixed = tensors.slice(0, consts.length);
      const first = tensors.slice(consts.length, consts.length + carries.length);
      return runLoop(p.tf, body, { fixed, first, sequences: tensors.slice(consts.length + carries.length) }, { length, reverse });
    });
    for (const [reader, place] of plan.results) p.bind(reader, results[place]!);
    // The loop has no value of its own; its results are named by their readers.
    return p.slot();
  },
  loopFinal: (node, _, p) => p.lower(node),
  loopStack: (node, _, p) => p.lower(node),
};

interface Inputs {
  readonly fixed: readonly TensorFlow.Tensor[];
  readonly first: readonly TensorFlow.Tensor[];
  readonly sequences: readonly TensorFlow.Tensor[];
}

/** The last carries and the stacks. The first carries and the sequences stay the caller's. */
function runLoop(tf: typeof TensorFlow, body: Part, { fixed, first, sequences }: Inputs, { length, reverse }: { length: number; reverse: boolean }): TensorFlow.Tensor[] {
  // Everything made in here is given back when the scope ends, also by a failure; what is returned is not.
  return tf.tidy(() => {
    let carried = first;
    const rows: TensorFlow.Tensor[][] = [];
    for (let step = 0; step < length; step++) {
      const t = reverse ? length - 1 - step : step;
      const elements = sequences.map((x) => tf.reshape(tf.slice(x, [t], [1]), x.shape.slice(1)));
      const results = body.run([...fixed, ...carried, ...elements]);
      for (const old of [...elements, ...(step === 0 ? [] : carried)]) old.dispose();
      carried = results.slice(0, first.length);
      rows[t] = results.slice(first.length);
    }
    return [...carried, ...rows[0]!.map((_, k) => tf.stack(rows.map((row) => row[k]!)))];
  });
}
