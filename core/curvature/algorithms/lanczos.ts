import { UserError } from '#core/graph';
import { tridiagonalEigen, type Eigen } from '../algebra/symmetric';
import { orthogonalizeAgainst } from '../algebra/orthogonal';
import { addScaled, combine, dot, norm, normalVector, projectOut, scale } from '../algebra/vectors';
import type { LinearOperator, Vector } from '../operators/operator';
import { type EigenPair, eigenPair, type EigenResult, gapsBetween } from './result';

export type Reorthogonalization = 'full' | 'selective';

export interface LanczosOptions {
  /** How many of the largest, and of the smallest eigenvalues. */
  readonly largest?: number;
  readonly smallest?: number;
  /**
   * A pair is done when its residual is below this share of the largest eigenvalue's size and the value no longer leaves zero (`settled`).
   * Default 1e-4.
   */
  readonly tolerance?: number;
  /** Default 100, or the dimension if that is less. */
  readonly maxIterations?: number;
  /** Against all Lanczos vectors, or (Parlett and Scott 1979) against the Ritz vectors that have converged. */
  readonly reorthogonalization?: Reorthogonalization;
  readonly seed?: number;
  /** The first vector; drawn from the seed when absent. */
  readonly start?: Vector;
  /**
   * Spends one product more to measure how far the products' rounding carries (`floor` of the result), and counts it in every residual.
   * Default true.
   */
  readonly measureFloor?: boolean;
  readonly signal?: AbortSignal;
  /** Called after each iteration. */
  readonly onIteration?: (state: { readonly iteration: number; readonly largest?: number; readonly smallest?: number }) => void;
}

/** The state of a Lanczos run: `A Q = Q T + beta q e'`. */
export interface LanczosBasis {
  readonly vectors: Vector[];
  readonly diagonal: number[];
  /** `offDiagonal[k]` stands between k and k + 1; the last one leads out of the basis. */
  readonly offDiagonal: number[];
}

/**
 * One more column of the basis from the product `w` of the operator with its last vector (overwritten); gives the next vector, or
 * `undefined` where the space is exhausted (an invariant subspace was found).
 */
export function lanczosStep(operator: LinearOperator, basis: LanczosBasis, against: readonly Vector[], w: Vector): Vector | undefined {
  const { vectors, diagonal, offDiagonal } = basis;
  const scaleSoFar = offDiagonal.reduce((size, beta, i) => Math.max(size, beta, Math.abs(diagonal[i]!)), 0);
  const k = vectors.length - 1;
  const q = vectors[k]!;
  const before = norm(w);
  // Orthogonalized against all, the three-term recurrence comes along; else it has to be made.
  const full = against === vectors;
  if (!full && k > 0) addScaled(w, vectors[k - 1]!, -offDiagonal[k - 1]!);
  const alpha = full ? projectOut(w, vectors)[k]! : dot(q, w);
  if (!Number.isFinite(alpha)) throw new UserError('curvature.not-finite', `a product with the ${operator.name} is not finite`, { hint: 'The weights or the loss hold NaN or infinity.' });
  diagonal.push(alpha);
  if (!full) addScaled(w, q, -alpha);
  const left = norm(w);
  const beta = full && left > Math.SQRT1_2 * before ? left : orthogonalizeAgainst(w, against);
  offDiagonal.push(beta);
  const size = Math.max(scaleSoFar, Math.abs(alpha), before);
  const rounding = operator.precision === 'float32' ? 1e-7 : 1e-15;
  if (beta <= 10 * rounding * size || vectors.length === operator.dimension) {
    offDiagonal[k] = 0;
    return undefined;
  }
  scale(w, 1 / beta);
  return w;
}

/**
 * Eigenvalues at the ends of the spectrum (Lanczos 1950; Paige 1972; Parlett 1980, chapters 13 and 14). Stops when the
 * pairs that were asked for have converged, when the space is exhausted, or after `maxIterations`: then the residuals tell how
 * far it came, and `converged` is false.
 *
 * @throws UserError when a product is not finite
 */
export async function lanczos(operator: LinearOperator, options: LanczosOptions = {}): Promise<EigenResult> {
  const { largest = 1, smallest = 0, tolerance = 1e-4, reorthogonalization = 'full', seed = 0, signal } = options;
  const most = Math.min(options.maxIterations ?? 100, operator.dimension);
  const first = options.start?.slice() ?? normalVector(operator, seed, 'curvature.lanczos');
  const length = norm(first);
  if (!(length > 0)) throw new UserError('curvature.start', 'the first vector of the Lanczos iteration is zero');
  scale(first, 1 / length);
  const basis: LanczosBasis = { vectors: [first], diagonal: [], offDiagonal: [] };
  const guard = reorthogonalization === 'selective' ? new ConvergedRitz(operator) : undefined;
  let eigen: Eigen;
  let exhausted: boolean;
  let next: Vector | undefined;
  let known: readonly number[] | undefined;
  let stayed = 0;
  for (;;) {
    const [product] = await operator.apply([basis.vectors.at(-1)!], signal && { signal });
    next = lanczosStep(operator, basis, guard?.vectors ?? basis.vectors, product!);
    eigen = tridiagonalEigen(basis.diagonal, basis.offDiagonal);
    guard?.update(basis, eigen);
    const n = basis.diagonal.length;
    const size = sizeOf(eigen);
    options.onIteration?.({ iteration: n, largest: eigen.values[n - 1]!, smallest: eigen.values[0]! });
    exhausted = next === undefined;
    const wanted = [...ends(n, largest, smallest).top, ...ends(n, largest, smallest).bottom];
    // A residual of a basis with few vectors more than pairs is small by chance only when the space is exhausted.
    const settledAll = n >= largest + smallest && wanted.every((k) => settled(basis, eigen, k, tolerance));
    stayed = settledAll ? stayed + 1 : 0;
    const done = stayed >= (wanted.some((k) => atZero(eigen, k, tolerance)) ? AT_ZERO : 1);
    if (n >= most || (done && !exhausted && known === undefined)) break;
    if (exhausted) {
      // An invariant subspace holds one copy of each eigenvalue; the next one may hold others, until one brings nothing new.
      const found = wanted.map((k) => eigen.values[k]!);
      if (n >= largest + smallest && known?.every((value, i) => Math.abs(value - found[i]!) <= tolerance * size) === true) break;
      known = found;
    }
    const fresh = next ?? restart(operator, basis.vectors, seed);
    if (fresh === undefined) break;
    basis.vectors.push(fresh);
  }
  const floor = options.measureFloor === false ? undefined : await productFloor(operator, basis, eigen, next, signal);
  return assemble(operator, basis, eigen, { exhausted, stayed }, floor, { largest, smallest, tolerance, seed, reorthogonalization });
}

/**
 * `|A y - theta y - beta s_n q|` for the Ritz pair of largest size: zero but for the rounding of the products and of the basis, which
 * residuals that follow from the recurrence alone do not see.
 */
async function productFloor(operator: LinearOperator, { vectors, offDiagonal }: LanczosBasis, eigen: Eigen, next: Vector | undefined, signal: AbortSignal | undefined): Promise<number> {
  const n = eigen.values.length;
  const k = Math.abs(eigen.values[0]!) > Math.abs(eigen.values[n - 1]!) ? 0 : n - 1;
  const y = combine(vectors.slice(0, n), column(eigen, k));
  const [rest] = await operator.apply([y], signal && { signal });
  addScaled(rest!, y, -eigen.values[k]!);
  if (next) addScaled(rest!, next, -offDiagonal[n - 1]! * eigen.vectors[(n - 1) * n + k]!);
  return norm(rest!);
}

/**
 * A random unit vector orthogonal to an invariant subspace: from there the iteration goes on to the copies of multiple
 * eigenvalues, of which one start vector finds one each. None when the whole space is spanned.
 */
function restart(operator: LinearOperator, vectors: readonly Vector[], seed: number): Vector | undefined {
  if (vectors.length >= operator.dimension) return undefined;
  const fresh = normalVector(operator, seed, 'curvature.lanczos.restart', vectors.length);
  scale(fresh, 1 / norm(fresh));
  const left = orthogonalizeAgainst(fresh, vectors);
  if (left < 1e-6) return undefined;
  scale(fresh, 1 / left);
  return fresh;
}

/** Places of the wanted eigenvalues among `n` ascending ones. */
function ends(n: number, largest: number, smallest: number): { top: number[]; bottom: number[] } {
  const top = Array.from({ length: Math.min(largest, n) }, (_, i) => n - 1 - i);
  const bottom = Array.from({ length: Math.min(smallest, n) }, (_, i) => i);
  return { top, bottom };
}

/** `|A y - theta y| = beta |s_n|` for the Ritz vector `y = Q s`. */
const ritzResidual = ({ offDiagonal }: LanczosBasis, { values, vectors }: Eigen, k: number): number => {
  const n = values.length;
  return Math.abs(offDiagonal[n - 1]! * vectors[(n - 1) * n + k]!);
};

/** For so many iterations an end at zero has to stay there: a few eigenvalues beyond it, of a hundred thousand, take some to show. */
const AT_ZERO = 4;

/** How far a value that is taken for an eigenvalue may be off, as a share of itself. */
const RELATIVE = 0.05;

/** Eigenvalues below this share of the largest count as zero when their error is compared with them. */
const ZERO = 1e-4;

/**
 * Whether a Ritz pair may be taken for an eigenpair. A small residual alone does not do: most eigenvalues of a network's Hessian are near zero, where any
 * vector of their space has one, so that an end that has yet to leave zero seems to have arrived. Its value still moves by many times
 * its size then, which its error `residual^2 / gap` (Parlett 1980, 11-7-1; the gap to the next Ritz value) shows.
 */
function settled(basis: LanczosBasis, eigen: Eigen, k: number, tolerance: number): boolean {
  const { values } = eigen;
  const [value, size] = [values[k]!, sizeOf(eigen)];
  const residual = ritzResidual(basis, eigen, k);
  const gap = Math.min(...[k - 1, k + 1].filter((j) => j >= 0 && j < values.length).map((j) => Math.abs(values[j]! - value)));
  // Copies of a multiple eigenvalue have no gap; then the residual alone bounds the error.
  const error = gap > residual ? residual ** 2 / gap : residual;
  return residual <= tolerance * size && error <= RELATIVE * Math.max(Math.abs(value), ZERO * size);
}

/** Whether a Ritz value is zero within the tolerance. */
const atZero = (eigen: Eigen, k: number, tolerance: number): boolean => Math.abs(eigen.values[k]!) <= tolerance * sizeOf(eigen);

/** Of the eigenvalue that is largest in size. */
const sizeOf = ({ values }: Eigen): number => Math.max(Math.abs(values[0]!), Math.abs(values.at(-1)!));

const column = ({ values, vectors }: Eigen, k: number): Float64Array => Float64Array.from({ length: values.length }, (_, i) => vectors[i * values.length + k]!);

function assemble(
  operator: LinearOperator,
  basis: LanczosBasis,
  eigen: Eigen,
  { exhausted, stayed }: { exhausted: boolean; stayed: number },
  floor: number | undefined,
  { largest, smallest, tolerance, seed, reorthogonalization }: { largest: number; smallest: number; tolerance: number; seed: number; reorthogonalization: Reorthogonalization },
): EigenResult {
  const n = eigen.values.length;
  const size = sizeOf(eigen);
  const vectors = basis.vectors.slice(0, n);
  const residuals = Array.from({ length: n }, (_, k) => ritzResidual(basis, eigen, k) + (floor ?? 0));
  const gaps = gapsBetween(eigen.values, residuals);
  const pair = (k: number): EigenPair => {
    const found = eigenPair(eigen.values[k]!, residuals[k]!, tolerance, size, combine(vectors, column(eigen, k)), gaps[k]);
    const lasts = exhausted || stayed >= AT_ZERO || !atZero(eigen, k, tolerance);
    return { ...found, converged: found.converged && lasts && settled(basis, eigen, k, tolerance) };
  };
  const { top, bottom } = ends(n, largest, smallest);
  const pairs = { largest: top.map(pair), smallest: bottom.map(pair) };
  // An exhausted space may hold fewer eigenvalues than were asked for: a start vector finds one of each multiple eigenvalue.
  const enough = n >= Math.min(Math.max(largest, smallest), operator.dimension) || exhausted;
  return {
    operator: operator.name,
    dimension: operator.dimension,
    algorithm: `lanczos (${reorthogonalization} reorthogonalization)`,
    ...pairs,
    iterations: n,
    products: floor === undefined ? n : n + 1,
    converged: enough && [...pairs.largest, ...pairs.smallest].every(({ converged }) => converged),
    tolerance,
    ...(floor !== undefined && { floor }),
    seed,
  };
}

/**
 * Selective orthogonalization: Lanczos vectors lose their orthogonality only towards Ritz vectors that have converged
 * (Paige), so it is enough to stay orthogonal to those, those whose residual is below `sqrt(eps) |T|`.
 */
class ConvergedRitz {
  vectors: Vector[] = [];
  #count = 0;

  constructor(private readonly operator: LinearOperator) {}

  update(basis: LanczosBasis, eigen: Eigen): void {
    const n = eigen.values.length;
    const size = sizeOf(eigen);
    const rounding = this.operator.precision === 'float32' ? 1e-7 : 2e-16;
    const good = Array.from({ length: n }, (_, k) => k).filter((k) => ritzResidual(basis, eigen, k) <= Math.sqrt(rounding) * size);
    if (good.length === this.#count && n % 8 !== 0) return;
    this.#count = good.length;
    this.vectors = [];
    for (const k of good) {
      const ritz = combine(basis.vectors, column(eigen, k));
      projectOut(ritz, this.vectors);
      const left = norm(ritz);
      if (left < 0.5) continue;
      scale(ritz, 1 / left);
      this.vectors.push(ritz);
    }
  }
}
