import { inverseDeviation, mean, mul, sub } from '#core/graph';
import type { LoweringTable } from '../builder';

export const normalization: LoweringTable = {
  normalize(node, _, b) {
    const x = node.inputs[0]!;
    const { axes, epsilon } = node.attributes as { axes: readonly number[]; epsilon: number };
    // The same mean and deviation as the gradient and the running statistics use: they are computed once.
    return b.lower(mul(sub(x, mean(x, axes, true)), inverseDeviation(x, axes, epsilon)));
  },
};
