import { apply } from '../apply';
import { type Batched, opDefinition } from '../op';
import { topologicalOrder } from '../order';
import { placeholder } from '../ops/source';
import type { Tensor } from '../tensor';

/**
 * Rewrites a graph by the batching rules. `values` holds what stands in place of the tensors it is keyed by; all that depends on
 * a batched one comes out batched.
 */
export function batchTensors(outputs: readonly Tensor[], given: ReadonlyMap<Tensor, Batched>, size: number): Batched[] {
  const values = new Map(given);
  for (const x of topologicalOrder(outputs)) {
    if (values.has(x)) continue;
    const from = x.inputs.map((input) => values.get(input)!);
    const op = opDefinition(x.op);
    const batched = op.alias === undefined ? from.some((input) => input.batched) : from[op.alias]!.batched;
    if (batched && op.alias === undefined) {
      values.set(x, { value: op.batch(from, x.attributes, size), batched });
      continue;
    }
    const same = from.every(({ value }, i) => value === x.inputs[i]);
    values.set(x, { value: same ? x : apply(x.op, from.map(({ value }) => value), x.attributes), batched });
  }
  return outputs.map((x) => values.get(x)!);
}

/**
 * Runs `f` on one member's tensors and rewrites its graph by the batching rules, so that all `size` members advance at
 * once. Batched inputs and all results carry the population on axis 0.
 */
export function vmapTensors(f: (members: Tensor[]) => readonly Tensor[], inputs: readonly Batched[], size: number): Tensor[] {
  const values = new Map<Tensor, Batched>();
  const members = inputs.map((input) => {
    if (!input.batched) return input.value;
    const member = placeholder(input.value.shape.slice(1), input.value.dtype);
    values.set(member, input);
    return member;
  });
  return batchTensors(f(members), values, size).map(({ value, batched }) =>
    batched ? value : apply('broadcastTo', [value], { shape: [size, ...value.shape] }),
  );
}
