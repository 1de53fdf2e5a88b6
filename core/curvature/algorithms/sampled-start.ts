import { addScaled, norm, normalVector, scale } from '../algebra/vectors';
import { newVector, type LinearOperator, type Vector } from '../operators/operator';
import { lanczos, type LanczosOptions } from './lanczos';
import type { EigenResult } from './result';

/** The part of the data whose matrix a start is found with. */
export const SAMPLED_SHARE = 0.1;
/** Fewer batches than these cost so little that a start is not worth its programs. */
const FEWEST_BATCHES = 20;
/** Of the part's matrix the ends need not be known better than the data's own noise leaves them. */
const TOLERANCE = 1e-2;
/** Length of a random vector beside the unit ones that were found, so that an eigenvector of which the part knows nothing is not left out. */
const RANDOM = 0.1;

/** Whether a matrix of so many batches is worth a start from a part of them. */
export const isSampled = (operator: Pick<LinearOperator, 'part'>, batches: number): boolean => operator.part !== undefined && batches >= FEWEST_BATCHES;

/** Where a Lanczos iteration is to begin, and what it took to find. */
export interface SampledStart {
  readonly start: Vector;
  /** Products with the part's matrix. */
  readonly products: number;
  /** The part of the data: what one of them costs beside one of the whole. */
  readonly share: number;
}

/**
 * A first vector for `lanczos` that lies near the eigenvectors at the ends: the sum of those of a tenth of the data, which cost a tenth. Where a matrix is a mean over many examples
 * fewer products follow (docs/benchmarks/rows.md). Residuals are those of the whole matrix all the same.
 *
 * @returns `undefined` where the matrix is of few batches: the start is then drawn from the seed
 */
export async function sampledStart(operator: LinearOperator, options: Omit<LanczosOptions, 'start' | 'tolerance' | 'measureFloor'>): Promise<SampledStart | undefined> {
  const part = operator.part?.(SAMPLED_SHARE, FEWEST_BATCHES);
  if (part === undefined) return undefined;
  const { largest, smallest, products } = await lanczos(part, { ...options, onIteration: (state) => options.onIteration?.({ ...state, sampled: true }), tolerance: TOLERANCE, measureFloor: false });
  const start = newVector(operator);
  for (const { vector } of [...largest, ...smallest]) addScaled(start, vector, 1);
  const drawn = normalVector(operator, options.seed ?? 0, 'curvature.sampled-start');
  scale(drawn, RANDOM / norm(drawn));
  addScaled(start, drawn, 1);
  return { start, products, share: SAMPLED_SHARE };
}

/** `lanczos` from a sampled start, where the matrix is of many batches. */
export async function sampledLanczos(operator: LinearOperator, options: Omit<LanczosOptions, 'start'>): Promise<EigenResult> {
  const begun = await sampledStart(operator, options);
  if (begun === undefined) return lanczos(operator, options);
  const { start, share, products } = begun;
  return { ...(await lanczos(operator, { ...options, start })), start: { share, products } };
}
