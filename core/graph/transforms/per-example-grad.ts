import type { Tensor } from '../tensor';
import type { Tree } from '../tree';
import { grad } from './grad';
import { type Axes, vmap } from './vmap';

/**
 * The gradient of each example: of `loss(params, ...example)` in `params`, for all examples at once.
 *
 * @param loss from parameters (a tree) and one example's tensors to a scalar
 * @returns from parameters and the batch (each argument with the examples on axis 0) to a tree like the parameters,
 *   with the examples on axis 0 of each leaf
 */
export function perExampleGrad<P extends Tree<Tensor>, Example extends readonly Tree<Tensor>[]>(
  loss: (params: P, ...example: Example) => Tensor,
  options: { inAxes?: { readonly [K in keyof Example]: Axes<Example[K]> } } = {},
): (params: P, ...batch: Example) => P {
  return (params, ...batch) => {
    const slope = grad(loss);
    const each = vmap as (f: (...example: Example) => P, options: object) => (...batch: Example) => P;
    return each((...example) => slope(params, ...example), options)(...batch);
  };
}
