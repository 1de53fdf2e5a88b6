import { rewrite } from './order';
import type { Tensor } from './tensor';

/**
 * `outputs` without what matters for derivatives only: stopped and custom gradients and checkpoints are their values. Derivatives must
 * have been taken.
 */
export const valuesOnly = (outputs: readonly Tensor[]): Tensor[] =>
  rewrite(outputs, (x, now) => {
    if (x.op === 'stopGradient' || x.op === 'customGradient') return now(x.inputs[0]!);
    return x.op === 'checkpointOutput' ? now(x.inputs[0]!.inputs[x.attributes['index'] as number]!) : undefined;
  });
