import { reshape } from '#core/graph';
import type { Layer, Shape } from '../module';

/** A row of numbers as a picture or another shape: `[batch, product of shape] -> [batch, ...shape]`. */
export const unflatten = (shape: Shape): Layer => (inputShape) => ({
  title: `Unflatten ${shape.join('x')}`,
  inputShape,
  outputShape: shape,
  parameters: {},
  buffers: {},
  apply: (_values, buffers, x) => ({ output: reshape(x, [-1, ...shape]), buffers }),
});
