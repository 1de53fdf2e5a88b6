import { cast, embedding as rowsOf } from '#core/graph';
import type { Initializer } from '../initializer';
import type { Layer } from '../module';

/**
 * A vector for each token: `[batch, steps] -> [batch, steps, width]`. Tokens come as whole numbers in the network's float input.
 * Parameter as in `torch.nn.Embedding`: `weight [vocabulary, width]`.
 */
export function embedding(options: { vocabulary: number; width: number; initializer: Initializer }): Layer {
  const { vocabulary, width, initializer } = options;
  return (inputShape) => ({
    title: `Embedding ${vocabulary} x ${width}`,
    inputShape,
    outputShape: [...inputShape, width],
    parameters: { weight: { shape: [vocabulary, width], kind: 'weight', fanIn: vocabulary, fanOut: width, initial: initializer } },
    buffers: {},
    apply: (values, buffers, x) => ({ output: rowsOf(values['weight']!, cast(x, 'int32')), buffers }),
  });
}
