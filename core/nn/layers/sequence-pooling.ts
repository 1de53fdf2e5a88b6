import { mean, reshape, slice } from '#core/graph';
import type { Layer } from '../module';
import { sequenceShape } from './attention';

/** One vector for a sequence: the mean over its steps, its first or its last step. `[batch, steps, width] -> [batch, width]`. */
export function sequencePooling(kind: 'mean' | 'first' | 'last'): Layer {
  return (inputShape) => {
    const { steps, width } = sequenceShape('sequence pooling', inputShape);
    const step = kind === 'first' ? 0 : steps - 1;
    return {
      title: kind === 'mean' ? 'Mean over steps' : `${kind === 'first' ? 'First' : 'Last'} step`,
      inputShape,
      outputShape: [width],
      parameters: {},
      buffers: {},
      apply: (_values, buffers, x) => ({
        output: kind === 'mean' ? mean(x, [1]) : reshape(slice(x, [0, step], [x.shape[0]!, step + 1]), [-1, width]),
        buffers,
      }),
    };
  };
}
