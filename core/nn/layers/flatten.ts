import { reshape } from '#core/graph';
import type { Layer } from '../module';

/** All numbers of an example in one row: `[batch, ...shape] -> [batch, product of shape]`. */
export const flatten: Layer = (inputShape) => {
  const size = inputShape.reduce((a, b) => a * b, 1);
  return {
    title: 'Flatten',
    inputShape,
    outputShape: [size],
    parameters: {},
    buffers: {},
    apply: (_values, buffers, x) => ({ output: inputShape.length === 1 ? x : reshape(x, [-1, size]), buffers }),
  };
};
