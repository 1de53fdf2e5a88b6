import { UserError } from '#core/graph';
import { symmetricEigen } from '../algebra/symmetric';
import { orthonormalize } from '../algebra/orthogonal';
import { addScaled, combine, dot, norm, normalVector } from '../algebra/vectors';
import type { LinearOperator, Vector } from '../operators/operator';
import { type EigenPair, eigenPair, type EigenResult, gapsBetween } from './result';
import { applyAll } from './trace';

export interface LobpcgOptions {
  /** How many of the largest eigenvalues, or of the smallest. Default: one of the largest. */
  readonly count?: number;
  readonly which?: 'largest' | 'smallest';
  readonly tolerance?: number;
  readonly maxIterations?: number;
  readonly seed?: number;
  readonly signal?: AbortSignal;
}

/** Ritz pairs carry their images, so that a combination needs no new product. */
interface Block {
  readonly vectors: Vector[];
  readonly images: Vector[];
}

/**
 * Locally optimal block conjugate gradients without a preconditioner (Knyazev 2001): Rayleigh-Ritz on the span of the present
 * vectors, their residuals and the last step. Finds multiple eigenvalues with their multiplicity, and multiplies the whole block at once.
 */
export async function lobpcg(operator: LinearOperator, options: LobpcgOptions = {}): Promise<EigenResult> {
  const { count = 1, which = 'largest', tolerance = 1e-4, maxIterations = 100, seed = 0, signal } = options;
  const n = operator.dimension;
  if (count < 1 || count > n) throw new UserError('curvature.count', `${count} eigenvalues of a matrix with ${n} rows were asked for`);
  const sign = which === 'largest' ? -1 : 1;
  let products = 0;
  const multiply = async (vectors: readonly Vector[]): Promise<Vector[]> => {
    products += vectors.length;
    return applyAll(operator, vectors, signal);
  };
  const start = orthonormalize(Array.from({ length: count }, (_, i) => normalVector(operator, seed, 'curvature.lobpcg', i)));
  let current = rotate({ vectors: start, images: await multiply(start) }, count, sign).block;
  let last: Vector[] = [];
  for (let iteration = 1; ; iteration++) {
    const values = current.vectors.map((v, i) => dot(v, current.images[i]!));
    if (!values.every(Number.isFinite)) throw new UserError('curvature.not-finite', `a product with the ${operator.name} is not finite`, { hint: 'The weights or the loss hold NaN or infinity.' });
    const residuals = current.vectors.map((v, i) => {
      const r = current.images[i]!.slice();
      addScaled(r, v, -values[i]!);
      return r;
    });
    const size = Math.max(...values.map(Math.abs));
    const lengths = residuals.map(norm);
    const gaps = gapsBetween(values, lengths);
    const pairs = values.map((value, i): EigenPair => eigenPair(value, lengths[i]!, tolerance, size, current.vectors[i]!, gaps[i]));
    const converged = pairs.every((pair) => pair.converged);
    if (converged || iteration > maxIterations) {
      return {
        operator: operator.name,
        dimension: n,
        algorithm: 'lobpcg',
        largest: which === 'largest' ? pairs : [],
        smallest: which === 'smallest' ? pairs : [],
        iterations: iteration - 1,
        products,
        converged,
        tolerance,
        seed,
      };
    }
    // What is orthonormal already stays first: only residuals and the last step are cleaned against it.
    const open = residuals.filter((_, i) => !pairs[i]!.converged);
    const basis = orthonormalize([...current.vectors, ...open, ...last], operator.precision === 'float32' ? 1e-4 : 1e-8);
    const fresh = basis.slice(current.vectors.length);
    const images = [...current.images, ...(await multiply(fresh))];
    const { block, step } = rotate({ vectors: basis, images }, count, sign);
    last = step;
    current = block;
  }
}

/** The best `count` Ritz pairs in the span of orthonormal vectors, and the part of each that is new. */
function rotate({ vectors, images }: Block, count: number, sign: number): { block: Block; step: Vector[] } {
  const m = vectors.length;
  const small = new Float64Array(m * m);
  for (let i = 0; i < m; i++) for (let j = i; j < m; j++) small[i * m + j] = small[j * m + i] = sign * (dot(vectors[i]!, images[j]!) + dot(vectors[j]!, images[i]!)) / 2;
  const { vectors: ritz } = symmetricEigen(small, m);
  const weights = Array.from({ length: Math.min(count, m) }, (_, k) => Float64Array.from({ length: m }, (__, i) => ritz[i * m + k]!));
  const block: Block = { vectors: weights.map((w) => combine(vectors, w)), images: weights.map((w) => combine(images, w)) };
  return { block, step: m === count ? [] : weights.map((w) => combine(vectors.slice(count), w.subarray(count))) };
}
