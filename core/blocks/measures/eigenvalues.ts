import { lanczos, type OperatorName } from '#core/curvature';
import type { z } from 'zod';
import type { eigenFields, measureFields } from './fields';
import type { Measure } from './measure';

type Parameters = { [Name in keyof (typeof eigenFields & typeof measureFields)]: z.infer<(typeof eigenFields & typeof measureFields)[Name]> };

/**
 * Eigenvalues at one end of a matrix's spectrum by Lanczos with full reorthogonalization, from the seed's vector at every step: a figure
 * follows from the weights alone, so that a resumed run and `basin curvature` find the same.
 */
export function eigenvalues(matrix: OperatorName, end: 'largest' | 'smallest', { every, everyEpochs, count, tolerance, maxIterations, seed, ...examples }: Parameters): Measure {
  return {
    every,
    everyEpochs,
    examples: { ...examples, seed },
    // A product costs a gradient and its derivative, what does not depend on the vector is computed once.
    passes: 1.5 * Math.min(maxIterations, 15 + 5 * count),
    async take({ operator, stableCurvature, signal }) {
      const found = await operator(matrix);
      const wanted = Math.min(count, found.dimension);
      const result = await lanczos(found, { largest: 0, smallest: 0, [end]: wanted, tolerance, maxIterations, seed, ...(signal && { signal }) });
      return result[end].map(({ value, residual, converged }, place) => ({
        ...(place > 0 && { suffix: String(place + 1) }),
        value, residual, converged,
        ...(matrix === 'hessian' && end === 'largest' && place === 0 && stableCurvature !== undefined && { threshold: stableCurvature }),
      }));
    },
  };
}
