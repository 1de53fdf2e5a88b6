import { type CurvatureProblem, type EigenResult, type OperatorName, type ParameterFilter, placesOf } from '#core/curvature';

/** Eigenvectors as tensors of the parameters' shapes: `largest.0.layers.0.weight`. */
export type VectorTensors = Record<string, { readonly data: Float32Array | Float64Array; readonly shape: readonly number[] }>;

/**
 * The vectors of the eigenvalues that were found, each cut into its parameters. Where an operator does not act on parameters (the
 * tangent kernel on outputs, the input Hessian on inputs) each is one long tensor.
 */
export function eigenvectorTensors({ largest, smallest }: EigenResult, problem: CurvatureProblem, operator: OperatorName, select: ParameterFilter): VectorTensors {
  const places = operator === 'tangent-kernel' || operator === 'input-hessian' ? null : placesOf(problem, select);
  const tensors: VectorTensors = {};
  for (const [end, pairs] of Object.entries({ largest, smallest })) {
    pairs.forEach(({ vector }, i) => {
      if (places === null) tensors[`${end}.${i}`] = { data: vector, shape: [vector.length] };
      else for (const { name, shape, offset, size } of places) tensors[`${end}.${i}.${name}`] = { data: vector.slice(offset, offset + size), shape };
    });
  }
  return tensors;
}
