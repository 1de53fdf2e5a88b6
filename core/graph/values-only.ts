import { apply } from './apply';
import { topologicalOrder } from './order';
import type { Tensor } from './tensor';

/**
 * `outputs` without what matters for derivatives only: stopped and custom gradients and checkpoints are their values. Derivatives must
 * have been taken.
 */
export function valuesOnly(outputs: readonly Tensor[]): Tensor[] {
  const values = new Map<Tensor, Tensor>();
  for (const x of topologicalOrder(outputs)) {
    const inputs = x.inputs.map((input) => values.get(input)!);
    if (x.op === 'stopGradient' || x.op === 'customGradient') values.set(x, inputs[0]!);
    else if (x.op === 'checkpointOutput') values.set(x, values.get(x.inputs[0]!.inputs[x.attributes['index'] as number]!)!);
    else values.set(x, inputs.every((input, i) => input === x.inputs[i]) ? x : apply(x.op, inputs, x.attributes));
  }
  return outputs.map((x) => values.get(x)!);
}
