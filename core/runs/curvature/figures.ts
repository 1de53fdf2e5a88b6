import {
  conditionOf, densityOfSpectrum, diagonal, type DiagonalEstimate, type EigenPair, type EigenResult, endsOf, entropyRank, figuresOfSpectrum, frobeniusNorm, type LinearOperator, mean, spectralDensity, traceAlgorithms, type WholeSpectrum,
  sumOfWork, type VectorWork, vectorWork, wholeSpectrum,
} from '#core/curvature';
import { searchCost, type SearchCost, searchEigenvalues } from './eigen-search';
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
  /** The diagonal with its errors, when it is computed. */
  readonly onDiagonal?: (entries: DiagonalEstimate) => void;
}

/** The computations that a request means for each matrix. All eigenvalues leave nothing to estimate; their vectors are Lanczos' work. */
const stagesOf = ({ all, top, bottom, trace, frobenius, density, diagonal: entries, vectors }: CurvatureRequest) =>
  ({ all, eigenvalues: top + bottom > 0 && (!all || vectors), trace: !all && trace !== null, frobenius: !all && frobenius, density: !all && density, diagonal: entries });

/** Vectors and Lanczos steps of a density, as `spectralDensity` has them where nothing else is said. */
const DENSITY = { probes: 8, steps: 64 } as const;

/** Products with one vector: those that are made one after the other, and those of several vectors at once. */
export interface ProductCount {
  readonly single: number;
  readonly together: number;
}

/** What a request takes of a matrix besides. */
export interface MatrixCost extends ProductCount {
  readonly work: VectorWork;
}

const noSearch: SearchCost = { single: [0, 0], together: [0, 0], work: [sumOfWork([]), sumOfWork([])], vectors: 0 };

/** What a request takes of a matrix, usually and at most: products, and the work on the vectors; and the most vectors that are held for it. */
export function costOfMatrix(request: CurvatureRequest, dimension: number): { readonly usual: MatrixCost; readonly most: MatrixCost; readonly vectors: number } {
  const stages = stagesOf(request);
  const { products } = request;
  const search = stages.eigenvalues ? searchCost(request, dimension) : noSearch;
  const fixed = (stages.all ? dimension : 0) + [stages.trace, stages.frobenius, stages.diagonal].filter(Boolean).length * products + (stages.density ? DENSITY.probes * Math.min(DENSITY.steps, dimension) : 0);
  const others = [
    ...(stages.all ? [vectorWork.whole(dimension)] : []),
    ...(stages.trace ? [vectorWork.trace(request.trace ?? 'xtrace', products, dimension)] : []),
    ...(stages.frobenius ? [vectorWork.frobenius(products)] : []),
    ...(stages.density ? [vectorWork.density(DENSITY.probes, Math.min(DENSITY.steps, dimension))] : []),
    ...(stages.diagonal ? [vectorWork.diagonal(products)] : []),
  ];
  const count = (which: 0 | 1): MatrixCost => ({ single: search.single[which], together: fixed + search.together[which], work: sumOfWork([search.work[which], ...others]) });
  return { usual: count(0), most: count(1), vectors: Math.max(search.vectors, fixed) };
}

/** How many computations a request means for each matrix. */
export const stageCount = (request: CurvatureRequest): number => Object.values(stagesOf(request)).filter(Boolean).length;

/** What a request asks of one matrix, one computation after the other; each is drawn from the request's seed alone. */
export async function figuresOf(operator: LinearOperator, request: CurvatureRequest, { signal, known, onStage, onProgress, onFound, onEigen, onDiagonal }: FiguresOptions): Promise<CurvatureFigures> {
  const { tolerance, seed, products } = request;
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
      const result = await searchEigenvalues(operator, request, { ...aborting, onProgress });
      onEigen?.(result);
      const { largest, smallest, iterations, products: spent, converged, floor, algorithm } = result;
      add({ ...conditionBetween(result), eigenvalues: { largest: largest.map(plain), smallest: smallest.map(plain), iterations, products: spent, converged, tolerance, floor, algorithm } });
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
  if (stages.diagonal) {
    onStage();
    onProgress('diagonal');
    if (!found.diagonal) {
      const entries = await diagonal(operator, { products, seed, ...aborting });
      onDiagonal?.(entries);
      add({ diagonal: summaryOf(entries) });
    }
  }
  return found;
}

/** A diagonal in a few numbers; the entries themselves are kept as tensors. */
function summaryOf({ values, standardErrors, products }: DiagonalEstimate): NonNullable<CurvatureFigures['diagonal']> {
  let [largest, smallest, negative] = [-Infinity, Infinity, 0];
  for (const value of values) {
    largest = Math.max(largest, value);
    smallest = Math.min(smallest, value);
    if (value < 0) negative++;
  }
  return { largest, smallest, mean: mean(values), negative, standardError: Math.sqrt(mean(standardErrors.map((error) => error ** 2))), products };
}

const conditionBetween = ({ largest: [top], smallest: [bottom] }: Pick<NonNullable<CurvatureFigures['eigenvalues']>, 'largest' | 'smallest'>): Pick<CurvatureFigures, 'condition'> =>
  (top && bottom ? { condition: conditionOf(top, bottom) } : {});

/** What all eigenvalues tell besides themselves. */
function figuresOfAll(spectrum: WholeSpectrum, { top, bottom, tolerance, density, vectors, seed }: CurvatureRequest): Partial<CurvatureFigures> {
  const { algorithm, values, rounding, products, dimension } = spectrum;
  const count = (of: (value: number) => boolean): number => values.reduce((total, value) => total + Number(of(value)), 0);
  const signs = { negative: count((value) => value < -rounding), zero: count((value) => Math.abs(value) <= rounding), positive: count((value) => value > rounding) };
  const ends = endsOf(spectrum, { largest: top, smallest: bottom, tolerance });
  return {
    spectrum: { algorithm, values, rounding, ...signs, products },
    ...figuresOfSpectrum(spectrum, seed),
    ...conditionBetween(endsOf(spectrum, { largest: 1, smallest: 1, tolerance })),
    ...(top + bottom > 0 && !vectors && {
      eigenvalues: { ...ends, iterations: dimension, products, converged: [...ends.largest, ...ends.smallest].every(({ converged }) => converged), tolerance, floor: rounding, algorithm },
    }),
    ...(density && { density: densityOfSpectrum(spectrum, seed) }),
  };
}

/** The pair without its vector. */
const plain = ({ vector: _, ...pair }: EigenPair): Eigenvalue => pair;
