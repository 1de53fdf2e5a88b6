import { lanczos, makeOperator, placesOf, type CurvatureProblem, type EigenPair, type ParameterFilter } from '#core/curvature';
import { type AxisEigenvalue, type Direction, type GivenDirections, movingParameters, type PlaneRecipe } from '#core/landscape';
import type { OpenRun } from '../evaluation/open-run';
import type { SourceOptions } from './sources';

export type EigenvectorPlane = Extract<PlaneRecipe, { kind: 'eigenvectors' }>;

/**
 * Unit eigenvectors of the Hessian of the mean loss at the centre, by Lanczos, with their eigenvalues and residuals. Of the two
 * directions of an eigenvector the one is taken whose largest entry is positive.
 *
 * @throws UserError when the products are not finite
 */
export async function hessianEigenvectors(problem: CurvatureProblem, plane: EigenvectorPlane, compile: OpenRun['compile'], { signal, onProgress }: SourceOptions = {}): Promise<GivenDirections> {
  const select = selected(problem, plane);
  const operator = await makeOperator(problem, 'hessian', { ...compile, select });
  try {
    const { which, seed, tolerance, maxIterations } = plane;
    const bottom = which === 'top-bottom' && operator.dimension > 1;
    const total = Math.min(maxIterations, operator.dimension);
    const { largest, smallest } = await lanczos(operator, {
      largest: Math.min(bottom ? 1 : 2, operator.dimension),
      smallest: bottom ? 1 : 0,
      tolerance,
      maxIterations,
      seed,
      ...(signal && { signal }),
      onIteration: ({ iteration, largest: high }) => onProgress?.({ text: `Eigenvectors: iteration ${iteration} of at most ${total}, largest so far ${high?.toPrecision(4)}`, done: iteration, total }),
    });
    const places = placesOf(problem, select);
    const pairs = [...largest, ...smallest];
    const directions = pairs.map(({ vector }): Direction => {
      let most = 0;
      for (const value of vector) if (Math.abs(value) > Math.abs(most)) most = value;
      const sign = most < 0 ? -1 : 1;
      return Object.fromEntries(places.map(({ name, offset, size }) => [name, Float32Array.from(vector.subarray(offset, offset + size), (value) => sign * value)]));
    });
    const label = (k: number): string => (k > 0 && bottom ? 'lambda_min' : `lambda_${k + 1}`);
    const figures = ({ value, residual, converged }: EigenPair, k: number): AxisEigenvalue => ({ label: label(k), value, residual, converged });
    const [first, ...others] = directions;
    return { directions: [first!, ...others], eigenvalues: pairs.map(figures) };
  } finally {
    await operator.dispose();
  }
}

/** Seconds that the search takes at most, from the time of one product. */
export async function eigenvectorSeconds(problem: CurvatureProblem, plane: EigenvectorPlane, compile: OpenRun['compile'], { signal }: SourceOptions): Promise<number> {
  const operator = await makeOperator(problem, 'hessian', { ...compile, select: selected(problem, plane) });
  try {
    const vector = new Float32Array(operator.dimension).fill(1);
    const applied = signal && { signal };
    await operator.apply([vector], applied); // compiles, and computes what products share
    const start = performance.now();
    await operator.apply([vector], applied);
    return ((performance.now() - start) / 1000) * Math.min(plane.maxIterations, operator.dimension);
  } finally {
    await operator.dispose();
  }
}

function selected(problem: CurvatureProblem, { include }: EigenvectorPlane): ParameterFilter {
  const names = new Set(movingParameters(problem.parameters, include));
  return (name) => names.has(name);
}
