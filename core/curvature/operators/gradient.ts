import { addScaled, dot } from '../algebra/vectors';
import type { CurvatureProblem } from '../problem';
import type { ParameterPlace } from './feeds';
import { networkOperator, type NetworkOperatorOptions } from './network';
import { NetworkAt } from './network-at';
import type { ApplyOptions, LinearOperator } from './operator';

/** Gradient of the mean loss over all batches in the chosen parameters, laid out as an operator's vectors. Throws the signal's reason when it is aborted, between two batches. */
export async function meanGradient(problem: CurvatureProblem, { signal, ...options }: NetworkOperatorOptions & ApplyOptions): Promise<Float64Array> {
  const network = new NetworkAt(problem, options);
  try {
    return (await network.gradient(network.centre, { signal })).gradient;
  } finally {
    await network.dispose();
  }
}

/**
 * Covariance of the examples' gradients: `1/N sum_i g_i g_i' - g g'`, the noise of stochastic gradients (of batches of one). The
 * examples' losses must not depend on one another (BatchNorm in evaluation mode).
 */
export async function gradientCovariance(problem: CurvatureProblem, options: NetworkOperatorOptions): Promise<LinearOperator & { readonly places: readonly ParameterPlace[] }> {
  const mean = await meanGradient(problem, options);
  const second = networkOperator(problem, 'empirical-fisher', options);
  return {
    name: 'gradient-covariance',
    dimension: second.dimension,
    precision: second.precision,
    block: second.block,
    places: second.places,
    get lanes() {
      return second.lanes;
    },
    get keptBytes() {
      return second.keptBytes;
    },
    async apply(vectors, applied) {
      const images = await second.apply(vectors, applied);
      images.forEach((image, i) => addScaled(image, mean, -dot(mean, vectors[i]!)));
      return images;
    },
    dispose: () => second.dispose(),
  };
}
