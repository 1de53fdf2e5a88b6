import { norm } from '../algebra/vectors';

/**
 * `L(w + rho T^2 g / |T g|) - L(w)`: rise of the loss after one step along the gradient (Foret et al. 2021, equation 2), or along the
 * gradient in units `T` of the weights (Kwon et al. 2021, equation 9). `undefined` where the gradient is zero: there is no worst direction.
 *
 * @param lossAt the loss at the weights, and at the weights plus a displacement, on the examples of the gradient
 * @param scaling the diagonal of `T`; absent: the identity
 */
export async function firstOrderRise(gradient: Float64Array, rho: number, lossAt: (displacement?: Float64Array) => Promise<number>, scaling?: Float64Array): Promise<number | undefined> {
  const scaled = scaling === undefined ? gradient : gradient.map((value, i) => value * scaling[i]!);
  const length = norm(scaled);
  if (length === 0) return undefined;
  const step = scaled.map((value, i) => (rho / length) * value * (scaling?.[i] ?? 1));
  const there = await lossAt(step);
  return there - (await lossAt());
}
