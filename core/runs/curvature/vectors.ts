import { actsOnExamples, type CurvatureProblem, type DiagonalEstimate, type EigenResult, type OperatorName, type ParameterFilter, placesOf, type Vector } from '#core/curvature';

/** Eigenvectors as tensors of the parameters' shapes: `largest.0.layers.0.weight`. */
export type VectorTensors = Record<string, { readonly data: Float32Array | Float64Array; readonly shape: readonly number[] }>;

/**
 * The vectors of the eigenvalues that were found, each cut into its parameters. Where an operator does not act on parameters (the
 * tangent kernel on outputs, the input Hessian on inputs) each is one long tensor.
 */
export function eigenvectorTensors({ largest, smallest }: EigenResult, problem: CurvatureProblem, operator: OperatorName, select: ParameterFilter): VectorTensors {
  const cut = cutter(problem, operator, select);
  return Object.assign({}, ...Object.entries({ largest, smallest }).flatMap(([end, pairs]) => pairs.map(({ vector }, i) => cut(`${end}.${i}`, vector)))) as VectorTensors;
}

/** The diagonal, `value.layers.0.weight`, and the standard error of each entry, `standardError.layers.0.weight`. */
export function diagonalTensors({ values, standardErrors }: DiagonalEstimate, problem: CurvatureProblem, operator: OperatorName, select: ParameterFilter): VectorTensors {
  const cut = cutter(problem, operator, select);
  return { ...cut('value', values), ...cut('standardError', standardErrors) };
}

/** Cuts a vector into the parameters that a matrix acts on. */
function cutter(problem: CurvatureProblem, operator: OperatorName, select: ParameterFilter): (name: string, vector: Vector) => VectorTensors {
  const places = actsOnExamples(operator) ? null : placesOf(problem, select);
  return (name, vector) => (places === null
    ? { [name]: { data: vector, shape: [vector.length] } }
    : Object.fromEntries(places.map(({ name: parameter, shape, offset, size }) => [`${name}.${parameter}`, { data: vector.slice(offset, offset + size), shape }])));
}
