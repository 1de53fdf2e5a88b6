import type { Tensor } from '../tensor';
import type { Tree } from '../tree';
import { hvp, jvp, vjp } from './grad';

/**
 * Product of the generalised Gauss-Newton matrix `J' H J` with a vector (Schraudolph 2002): `J` is the Jacobian of `model` in its
 * parameters, `H` the Hessian of `loss` in the model's outputs. Positive semidefinite where the loss is convex, and the Hessian itself
 * where the model is linear in its parameters. Costs one pass forward with tangents and one back.
 *
 * @param model from parameters (a tree) and further arguments to outputs (a tree)
 * @param loss from outputs and the same further arguments to a scalar
 * @returns from parameters, a vector (a tree like them) and further arguments to the product, a tree like the parameters
 */
export function gaussNewtonProduct<P extends Tree<Tensor>, R extends Tree<Tensor>, Rest extends readonly unknown[]>(
  model: (params: P, ...rest: Rest) => R,
  loss: (outputs: NoInfer<R>, ...rest: Rest) => Tensor,
): (params: P, v: P, ...rest: Rest) => P {
  return (params, v, ...rest) => {
    const outputsOf = (at: P): R => model(at, ...rest);
    const [outputs, moved] = jvp(outputsOf, params, v as NoInfer<P>);
    const curved = hvp((at: R) => loss(at, ...rest))(outputs, moved);
    const [, pull] = vjp(outputsOf, params);
    return pull(curved);
  };
}
