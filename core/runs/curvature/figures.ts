import {
  densityOfSpectrum, type EigenPair, type EigenResult, endsOf, entropyRank, figuresOfSpectrum, frobeniusNorm, lanczos, type LinearOperator, spectralDensity, traceAlgorithms, type WholeSpectrum, wholeSpectrum,
} from '#core/curvature';
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

/** The computations that a request means for each matrix. All eigenvalues leave nothing to estimate; their vectors are Lanczos' work. */
const stagesOf = ({ all, top, bottom, trace, frobenius, density, vectors }: CurvatureRequest) =>
  ({ all, eigenvalues: top + bottom > 0 && (!all || vectors), trace: !all && trace !== null, frobenius: !all && frobenius, density: !all && density });

/** Vectors and Lanczos steps of a density, as `spectralDensity` has them where nothing else is said. */
const DENSITY = { probes: 8, steps: 64 } as const;

/** Products with one vector that a request takes of a matrix: one after the other (usually, and at most), and several at once. */
export function productsOf(request: CurvatureRequest, dimension: number): { readonly single: number; readonly mostSingle: number; readonly together: number } {
  const stages = stagesOf(request);
  const { top, bottom, maxIterations, products } = request;
  const most = stages.eigenvalues ? Math.min(maxIterations, dimension) + 1 : 0;
  return {
    single: stages.eigenvalues ? Math.min(most, 16 + 5 * (top + bottom)) : 0,
    mostSingle: most,
    together: (stages.all ? dimension : 0) + (stages.trace ? products : 0) + (stages.frobenius ? products : 0) + (stages.density ? DENSITY.probes * Math.min(DENSITY.steps, dimension) : 0),
  };
}

/** How many computations a request means for each matrix. */
export const stageCount = (request: CurvatureRequest): number => Object.values(stagesOf(request)).filter(Boolean).length;

/** What a request asks of one matrix, one computation after the other; each is drawn from the request's seed alone. */
export async function figuresOf(operator: LinearOperator, request: CurvatureRequest, { signal, known, onStage, onProgress, onFound, onEigen }: FiguresOptions): Promise<CurvatureFigures> {
  const { top, bottom, tolerance, seed, products, reorthogonalization } = request;
  const aborting = signal && { signal };
  let found: CurvatureFigures = known ?? { dimension: operator.dimension };
  const add = (more: Partial<CurvatureFigures>): void => onFound((found = { ...found, ...more }));
  const stages = stagesOf(request);
  if (stages.all) {
    onStage();
    if (!found.spectrum) add(figuresOfAll(await wholeSpectrum(operator, { ...aborting, onProgress }), request));
  }
  if (stages.eigenvalues) {
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
  if (stages.trace) {
    onStage();
    onProgress('trace');
    if (!found.trace) add({ trace: await traceAlgorithms[request.trace ?? 'xtrace'](operator, { products, seed, ...aborting }) });
  }
  if (stages.frobenius) {
    onStage();
    onProgress('Frobenius norm');
    if (!found.frobeniusNorm) {
      const norm = await frobeniusNorm(operator, { products, seed, ...aborting });
      add({ frobeniusNorm: norm, ...(found.trace && { participationRatio: found.trace.value ** 2 / norm.value ** 2 }) });
    }
  }
  if (stages.density) {
    onStage();
    if (!found.density) {
      const density = await spectralDensity(operator, { ...DENSITY, seed, ...aborting, onProgress: (share) => onProgress(`density, ${Math.floor(100 * share)} %`) });
      add({ density, entropyRank: entropyRank(density) });
    }
  }
  return found;
}

/** What all eigenvalues tell besides themselves. */
function figuresOfAll(spectrum: WholeSpectrum, { top, bottom, tolerance, density, vectors, seed }: CurvatureRequest): Partial<CurvatureFigures> {
  const { algorithm, values, rounding, products, dimension } = spectrum;
  const count = (of: (value: number) => boolean): number => values.reduce((total, value) => total + Number(of(value)), 0);
  const signs = { negative: count((value) => value < -rounding), zero: count((value) => Math.abs(value) <= rounding), positive: count((value) => value > rounding) };
  const ends = endsOf(spectrum, { largest: top, smallest: bottom, tolerance });
  return {
    spectrum: { algorithm, values, rounding, ...signs, products },
    ...figuresOfSpectrum(spectrum, seed),
    ...(top + bottom > 0 && !vectors && {
      eigenvalues: { ...ends, iterations: dimension, products, converged: [...ends.largest, ...ends.smallest].every(({ converged }) => converged), tolerance, floor: rounding, algorithm },
    }),
    ...(density && { density: densityOfSpectrum(spectrum, seed) }),
  };
}

/** The pair without its vector. */
const plain = ({ vector: _, ...pair }: EigenPair): Eigenvalue => pair;
