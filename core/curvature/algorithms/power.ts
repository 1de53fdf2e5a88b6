import { UserError } from '#core/graph';
import { dot, norm, normalVector, scale } from '../algebra/vectors';
import type { LinearOperator } from '../operators/operator';
import { eigenPair, type EigenResult } from './result';

export interface PowerOptions {
  readonly tolerance?: number;
  readonly maxIterations?: number;
  readonly seed?: number;
  readonly signal?: AbortSignal;
}

/**
 * Power iteration (von Mises 1929): the eigenvalue of largest size, with the residual of its Rayleigh quotient. Slow where the next
 * one is near in size; Lanczos needs fewer products. A negative result stands among the smallest.
 */
export async function powerIteration(operator: LinearOperator, { tolerance = 1e-4, maxIterations = 200, seed = 0, signal }: PowerOptions = {}): Promise<EigenResult> {
  const v = normalVector(operator, seed, 'curvature.power');
  scale(v, 1 / norm(v));
  for (let iteration = 1; ; iteration++) {
    const [product] = await operator.apply([v], signal && { signal });
    const value = dot(v, product!);
    if (!Number.isFinite(value)) throw new UserError('curvature.not-finite', `a product with the ${operator.name} is not finite`, { hint: 'The weights or the loss hold NaN or infinity.' });
    const length = norm(product!);
    let residual = 0;
    for (let i = 0; i < v.length; i++) residual += (product![i]! - value * v[i]!) ** 2;
    const pair = eigenPair(value, Math.sqrt(residual), tolerance, Math.abs(value), v.slice());
    if (pair.converged || iteration >= maxIterations || length === 0) {
      return {
        operator: operator.name,
        dimension: operator.dimension,
        algorithm: 'power iteration',
        largest: value >= 0 ? [pair] : [],
        smallest: value < 0 ? [pair] : [],
        iterations: iteration,
        products: iteration,
        converged: pair.converged,
        tolerance,
        seed,
      };
    }
    for (let i = 0; i < v.length; i++) v[i] = product![i]! / length;
  }
}
