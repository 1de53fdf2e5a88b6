import { type EigenPair, type EigenResult, entropyRank, frobeniusNorm, lanczos, type LinearOperator, spectralDensity, traceAlgorithms } from '#core/curvature';
import type { CurvatureFigures, Eigenvalue } from './report';
import type { CurvatureRequest } from './request';

export interface FiguresOptions {
  readonly signal: AbortSignal | undefined;
  /** What an earlier attempt found: it is not computed again. */
  readonly known?: CurvatureFigures | undefined;
  /** Another of the computations begins. */
  readonly onStage: () => void;
  readonly onProgress: (text: string) => void;
  readonly onFound: (figures: CurvatureFigures) => void;
  /** The eigenvalues with their vectors, when they are computed. */
  readonly onEigen?: (result: EigenResult) => void;
}

/** How many computations a request means for each matrix. */
export const stageCount = ({ top, bottom, trace, frobenius, density }: CurvatureRequest): number =>
  Number(top + bottom > 0) + Number(trace !== null) + Number(frobenius) + Number(density);

/** What a request asks of one matrix, one computation after the other; each is drawn from the request's seed alone. */
export async function figuresOf(operator: LinearOperator, request: CurvatureRequest, { signal, known, onStage, onProgress, onFound, onEigen }: FiguresOptions): Promise<CurvatureFigures> {
  const { top, bottom, tolerance, seed, products, reorthogonalization } = request;
  const aborting = signal && { signal };
  let found: CurvatureFigures = known ?? { dimension: operator.dimension };
  const add = (more: Partial<CurvatureFigures>): void => onFound((found = { ...found, ...more }));
  if (top + bottom > 0) {
    onStage();
    if (!found.eigenvalues) {
      const result = await lanczos(operator, {
        largest: Math.min(top, operator.dimension),
        smallest: Math.min(bottom, operator.dimension),
        tolerance,
        maxIterations: request.maxIterations,
        reorthogonalization,
        seed,
        ...aborting,
        onIteration: ({ iteration, largest: high }) => onProgress(`iteration ${iteration}, largest so far ${high?.toPrecision(4)}`),
      });
      onEigen?.(result);
      const { largest, smallest, iterations, products: spent, converged, floor, algorithm } = result;
      add({ eigenvalues: { largest: largest.map(plain), smallest: smallest.map(plain), iterations, products: spent, converged, tolerance, floor, algorithm } });
    }
  }
  if (request.trace !== null) {
    onStage();
    onProgress('trace');
    if (!found.trace) add({ trace: await traceAlgorithms[request.trace](operator, { products, seed, ...aborting }) });
  }
  if (request.frobenius) {
    onStage();
    onProgress('Frobenius norm');
    if (!found.frobeniusNorm) {
      const norm = await frobeniusNorm(operator, { products, seed, ...aborting });
      add({ frobeniusNorm: norm, ...(found.trace && { participationRatio: found.trace.value ** 2 / norm.value ** 2 }) });
    }
  }
  if (request.density) {
    onStage();
    if (!found.density) {
      const density = await spectralDensity(operator, { seed, ...aborting, onProgress: (share) => onProgress(`density, ${Math.floor(100 * share)} %`) });
      add({ density, entropyRank: entropyRank(density) });
    }
  }
  return found;
}

/** The pair without its vector. */
const plain = ({ vector: _, ...pair }: EigenPair): Eigenvalue => pair;
