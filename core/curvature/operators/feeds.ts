import { sizeOf, spec, specsOf, type Tensor, UserError } from '#core/graph';
import type { CurvatureProblem, ParameterFilter } from '../problem';

/** A parameter's place in the vectors. */
export interface ParameterPlace {
  readonly name: string;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly size: number;
}

/** The chosen parameters in the order of the problem, one behind the other. @throws UserError when none is chosen */
export function placesOf(problem: Pick<CurvatureProblem, 'parameters'>, select: ParameterFilter = () => true): ParameterPlace[] {
  const places: ParameterPlace[] = [];
  let offset = 0;
  for (const [name, parameter] of Object.entries(problem.parameters)) {
    if (!select(name, parameter)) continue;
    const size = sizeOf(parameter.shape);
    places.push({ name, shape: parameter.shape, offset, size });
    offset += size;
  }
  if (places.length === 0) {
    throw new UserError('curvature.parameters', 'no parameter is left to take the curvature in', { hint: `Parameters: ${Object.keys(problem.parameters).join(', ')}.` });
  }
  return places;
}

/** The places' numbers together. */
export const sizeOfPlaces = (places: readonly ParameterPlace[]): number => places.reduce((size, place) => size + place.size, 0);

/** A problem's parameters, buffers and one batch, as a program takes them. */
export interface ProblemInputs {
  parameters: Record<string, Tensor>;
  buffers: Record<string, Tensor>;
  batch: { x: Tensor; y: Tensor; mask: Tensor };
}

/** Specs of a problem's parameters, buffers and one batch. */
export const problemSpecs = ({ parameters, buffers, exampleSpecs: { x, y } }: Pick<CurvatureProblem, 'parameters' | 'buffers' | 'exampleSpecs'>) => ({
  parameters: specsOf(parameters),
  buffers: specsOf(buffers),
  batch: { x: spec(x.shape, x.dtype), y: spec(y.shape, y.dtype), mask: spec([x.shape[0]!]) },
});

/** What does not change from batch to batch. */
export function fixedFeeds({ parameters, buffers }: Pick<CurvatureProblem, 'parameters' | 'buffers'>): Record<string, Float32Array | Float64Array> {
  return Object.fromEntries([
    ...Object.entries(parameters).map(([name, { data }]) => [`parameters.${name}`, data] as const),
    ...Object.entries(buffers).map(([name, { data }]) => [`buffers.${name}`, data] as const),
  ]);
}
