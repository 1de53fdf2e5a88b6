import { isPerChannel, mul, reshape } from '../ops';
import { readersOf, reapply, rewrite } from '../order';
import type { Tensor } from '../tensor';

/**
 * Where a convolution's result is read only to be multiplied by one number a channel, its filters are multiplied instead: BatchNorm with given statistics (`batchNormInference`) is
 * then a convolution with other filters and a bias. That spares a pass over the images, and in derivatives it spares most: the slope along the factor is a sum over the filter's
 * gradient instead of over images, so that the images before the factor are needed no more.
 */
export function scaledFilters(outputs: readonly Tensor[]): Tensor[] {
  const readers = readersOf(outputs);
  return rewrite(outputs, (node, now) => {
    if (node.op !== 'mul') return undefined;
    const at = node.inputs.findIndex((x) => x.op === 'conv' && readers.get(x) === 1);
    const [convolution, factor] = [node.inputs[at], node.inputs[1 - at]];
    if (convolution === undefined || !isPerChannel(factor!, convolution)) return undefined;
    const [images, filters] = convolution.inputs as [Tensor, Tensor];
    const line = reshape(now(factor!), [factor!.size, ...filters.shape.slice(1).map(() => 1)]);
    return reapply(convolution, [now(images), mul(now(filters), line)]);
  });
}
