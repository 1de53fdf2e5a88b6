import { type EigenResult, lanczos, type LinearOperator, lobpcg, powerIteration, sumOfWork, type VectorWork, vectorWork } from '#core/curvature';
import { UserError } from '#core/graph';
import type { CurvatureRequest } from './request';

/** Searches for eigenvalues, by the names that requests call them. */
export const eigenAlgorithmNames = ['lanczos', 'lobpcg', 'power'] as const;
export type EigenAlgorithm = (typeof eigenAlgorithmNames)[number];

type EigenRequest = Pick<CurvatureRequest, 'algorithm' | 'top' | 'bottom' | 'tolerance' | 'maxIterations' | 'reorthogonalization' | 'seed'>;

/** @throws UserError when the algorithm does not find what is asked for */
export function checkEigenRequest({ algorithm, top, bottom, reorthogonalization }: Pick<EigenRequest, 'algorithm' | 'top' | 'bottom' | 'reorthogonalization'>): void {
  if (algorithm === 'power' && (top !== 1 || bottom !== 0)) {
    throw new UserError('curvature.algorithm', 'Power iteration finds one eigenvalue, the one of the largest size.', { hint: 'Ask for one of the largest and none of the smallest, or take Lanczos or LOBPCG.' });
  }
  if (algorithm !== 'lanczos' && reorthogonalization !== 'full') {
    throw new UserError('curvature.algorithm', 'Selective reorthogonalization is a matter of Lanczos.', { hint: 'Leave it out, or take Lanczos.' });
  }
}

/** Some eigenvalues at either end, by the algorithm that the request names. */
export async function searchEigenvalues(operator: LinearOperator, request: EigenRequest, options: { readonly signal?: AbortSignal; readonly onProgress: (text: string) => void }): Promise<EigenResult> {
  const { algorithm, tolerance, maxIterations, reorthogonalization, seed } = request;
  const { signal, onProgress } = options;
  const [largest, smallest] = [Math.min(request.top, operator.dimension), Math.min(request.bottom, operator.dimension)];
  const common = { tolerance, maxIterations, seed, ...(signal && { signal }) };
  switch (algorithm) {
    case 'lanczos':
      return lanczos(operator, { ...common, largest, smallest, reorthogonalization, onIteration: ({ iteration, largest: high }) => onProgress(`iteration ${iteration}, largest so far ${high?.toPrecision(4)}`) });
    case 'power':
      onProgress('power iteration');
      return powerIteration(operator, common);
    case 'lobpcg': {
      const found: EigenResult[] = [];
      for (const [which, count] of [['largest', largest], ['smallest', smallest]] as const) {
        if (count === 0) continue;
        onProgress(`LOBPCG, ${which}`);
        found.push(await lobpcg(operator, { ...common, which, count }));
      }
      return {
        ...found[0]!,
        largest: found.flatMap((each) => each.largest),
        smallest: found.flatMap((each) => each.smallest),
        iterations: Math.max(...found.map(({ iterations }) => iterations)),
        products: found.reduce((sum, { products }) => sum + products, 0),
        converged: found.every(({ converged }) => converged),
      };
    }
  }
}

/** What a search takes of a matrix, usually and at most: products with one vector (LOBPCG's are multiplied together), and the work on the vectors; and the most vectors it holds. */
export interface SearchCost {
  readonly single: readonly [number, number];
  readonly together: readonly [number, number];
  readonly work: readonly [VectorWork, VectorWork];
  readonly vectors: number;
}

export function searchCost({ algorithm, top, bottom, maxIterations, reorthogonalization }: EigenRequest, dimension: number): SearchCost {
  const none = [0, 0] as const;
  const [largest, smallest] = [Math.min(top, dimension), Math.min(bottom, dimension)];
  switch (algorithm) {
    case 'lanczos': {
      const most = Math.min(maxIterations, dimension) + 1;
      const single = [Math.min(most, 16 + 5 * (top + bottom)), most] as const;
      const work = (products: number): VectorWork => vectorWork.lanczos(products - 1, largest + smallest, reorthogonalization);
      return { single, together: none, work: [work(single[0]), work(single[1])], vectors: most };
    }
    // The vector, its image and what is left of it.
    case 'power': {
      const work = vectorWork.power(maxIterations);
      return { single: [maxIterations, maxIterations], together: none, work: [work, work], vectors: 3 };
    }
    // Residuals and steps of every vector that has not converged; the ends come one after the other, each with vectors, residuals and last steps, and their images.
    case 'lobpcg': {
      const wanted = largest + smallest;
      const usual = Math.min(maxIterations, 20);
      const work = (iterations: number): VectorWork => sumOfWork([largest, smallest].map((count) => vectorWork.lobpcg(iterations, count)));
      return { single: none, together: [wanted * (1 + 2 * usual), wanted * (1 + 2 * maxIterations)], work: [work(usual), work(maxIterations)], vectors: wanted + 6 * Math.max(largest, smallest) };
    }
  }
}
