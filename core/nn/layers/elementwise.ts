import type { Activation } from '../activation';
import type { Layer } from '../module';

/** A nonlinearity as a layer. */
export function elementwise(activation: Activation): Layer {
  return (inputShape) => ({
    title: 'Activation',
    inputShape,
    outputShape: inputShape,
    parameters: {},
    buffers: {},
    apply: (_values, buffers, x) => ({ output: activation(x), buffers }),
  });
}
