import { argmax, cast, div, equal, expandDims, greaterEqual, logSoftmax, maximum, mean, mul, neg, oneHot, sigmoid, square, stack, sub, sum } from '#core/graph';
import type { Tensor } from '#core/graph';
import type { BuildContext } from '#core/nn';
import type { Link, Loss } from '#core/train';

/** The mean over the steps that ask for a token (target not -1): `[batch, steps] -> [batch]`. */
export function meanOverTokens(values: Tensor, target: Tensor): Tensor {
  const asked = cast(greaterEqual(target, 0), values.dtype);
  return div(sum(mul(values, asked), [1]), maximum(sum(asked, [1]), 1));
}

/** What losses keep of each example for the metrics, by the task; see `Loss.kept`. */
export function keptFor({ task, outputs, classes }: BuildContext, link: Link): Pick<Loss, 'kept'> {
  if (task === 'language-model') {
    const vocabulary = classes ?? outputs;
    return {
      kept: {
        width: 2,
        of(output, target) {
          const own = neg(sum(mul(logSoftmax(output, -1), oneHot(target, vocabulary)), [-1]));
          const right = cast(equal(cast(argmax(output, -1), 'int32'), target), 'float32');
          return stack([meanOverTokens(own, target), meanOverTokens(right, target)], 1);
        },
      },
    };
  }
  if (task !== 'reconstruction') return {};
  return {
    kept: {
      width: 1,
      of: (output, target) => expandDims(mean(square(sub(link === 'sigmoid' ? sigmoid(output) : output, target)), [1]), 1),
    },
  };
}
