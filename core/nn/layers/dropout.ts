import { UserError, bernoulli, cast, mul } from '#core/graph';
import type { Tensor } from '#core/graph';
import type { Layer, Mode } from '../module';

/** `x` with each number set to 0 with probability `rate` and the others divided by `1 - rate`, by the random stream of this name. */
export function dropped(x: Tensor, rate: number, { random }: Mode, name: string): Tensor {
  if (random === undefined) throw new Error('dropout: training needs the random streams of the step');
  const kept = cast(bernoulli(random(name), 1 - rate, x.shape), x.dtype);
  return mul(x, mul(kept, 1 / (1 - rate)));
}

/**
 * Dropout (Srivastava et al. 2014), inverted: in training each number is set to 0 with probability `rate`, and the others
 * are divided by `1 - rate`; outside training nothing happens. Which ones drop is keyed by seed, step and the layer's name.
 */
export function dropout(rate: number): Layer {
  if (!(rate >= 0 && rate < 1)) {
    throw new UserError('nn.dropout.rate', `dropout: the rate ${rate} is not in [0, 1)`, { hint: 'Choose a rate such as 0.1 or 0.5.' });
  }
  return (inputShape) => ({
    title: `Dropout ${rate}`,
    inputShape,
    outputShape: inputShape,
    parameters: {},
    buffers: {},
    apply(_values, buffers, x, mode) {
      if (!mode.train || rate === 0) return { output: x, buffers };
      return { output: dropped(x, rate, mode, 'dropout'), buffers };
    },
  });
}
