import { UserError, add, matmul, transpose } from '#core/graph';
import type { Initializer } from '../initializer';
import type { Layer, ParameterSpec } from '../module';

/**
 * Fully connected layer: `y = x W^T + b`, `[batch, in] -> [batch, units]`; of a sequence every step alike,
 * `[batch, steps, in] -> [batch, steps, units]`.
 * Parameters as in `torch.nn.Linear`: `weight [units, in]`, `bias [units]`.
 *
 * @param options.biasInitializer draws the first biases; zeros without it
 */
export function linear(options: { units: number; bias?: boolean; initializer: Initializer; biasInitializer?: Initializer }): Layer {
  const { units, bias = true, initializer, biasInitializer } = options;
  return (inputShape) => {
    const features = inputShape.at(-1);
    if (features === undefined || inputShape.length > 2) {
      throw new UserError('nn.linear.input', `linear: takes one row of numbers an example (or a step), not [${inputShape.join(', ')}]`, {
        hint: 'Flatten the pictures first.',
      });
    }
    const parameters: Record<string, ParameterSpec> = {
      weight: { shape: [units, features], kind: 'weight', fanIn: features, fanOut: units, initial: initializer },
    };
    if (bias) parameters['bias'] = { shape: [units], kind: 'bias', fanIn: features, fanOut: units, initial: biasInitializer ?? 0 };
    return {
      title: `Linear ${features} -> ${units}`,
      inputShape,
      outputShape: [...inputShape.slice(0, -1), units],
      parameters,
      buffers: {},
      apply(values, buffers, x) {
        const product = matmul(x, transpose(values['weight']!, [1, 0]));
        return { output: bias ? add(product, values['bias']!) : product, buffers };
      },
    };
  };
}
