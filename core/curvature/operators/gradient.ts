import { grad, mul, sum, type Tensor, trace } from '#core/graph';
import { compile, type CompileOptions } from '#core/runtime';
import { addScaled, dot } from '../algebra/vectors';
import { type CurvatureProblem, exampleCount, exampleLosses } from '../problem';
import { networkOperator, type NetworkOperatorOptions, type ParameterPlace, pick, placesOf, problemSpecs } from './network';
import type { LinearOperator, Vector } from './operator';

/** Gradient of the mean loss over all batches in the chosen parameters, laid out as an operator's vectors. */
export async function meanGradient(problem: CurvatureProblem, options: NetworkOperatorOptions): Promise<Vector> {
  const places = placesOf(problem, options.select);
  const chosen = new Set(places.map(({ name }) => name));
  const graph = trace(({ parameters, buffers, batch }: { parameters: Record<string, Tensor>; buffers: Record<string, Tensor>; batch: { x: Tensor; y: Tensor; mask: Tensor } }) => {
    const own = Object.fromEntries(Object.entries(parameters).filter(([name]) => chosen.has(name)));
    return grad((at: Record<string, Tensor>) => sum(mul(exampleLosses(problem, { ...parameters, ...at }, buffers, batch), batch.mask)))(own);
  }, problemSpecs(problem));
  const program = await compile(graph, compileOptionsOf(options));
  const total = new Float64Array(sizeOfPlaces(places));
  try {
    for (const { x, y, mask } of problem.batches) {
      const results = await program.run(pick({ ...fixedFeeds(problem), 'batch.x': x, 'batch.y': y, 'batch.mask': mask }, graph));
      for (const { name, offset } of places) {
        const values = await results[name]!.read();
        for (let i = 0; i < values.length; i++) total[offset + i]! += Number(values[i]);
        results[name]!.dispose();
      }
    }
  } finally {
    await program.dispose();
  }
  const mean = total.map((value) => value / exampleCount(problem));
  return options.device === 'reference' ? mean : Float32Array.from(mean);
}

/** The places' numbers together. */
export const sizeOfPlaces = (places: readonly ParameterPlace[]): number => places.reduce((size, place) => size + place.size, 0);

/** What does not change from batch to batch. */
export function fixedFeeds({ parameters, buffers }: CurvatureProblem): Record<string, Float32Array | Float64Array> {
  return Object.fromEntries([
    ...Object.entries(parameters).map(([name, { data }]) => [`parameters.${name}`, data] as const),
    ...Object.entries(buffers).map(([name, { data }]) => [`buffers.${name}`, data] as const),
  ]);
}

export const compileOptionsOf = ({ device, threads }: CompileOptions): CompileOptions => (threads === undefined ? { device } : { device, threads });

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
    async apply(vectors, applied) {
      const images = await second.apply(vectors, applied);
      images.forEach((image, i) => addScaled(image, mean, -dot(mean, vectors[i]!)));
      return images;
    },
    dispose: () => second.dispose(),
  };
}
