import {
  type EigenPair, entropyRank, type Estimate, exampleCount, frobeniusNorm, lanczos, type LinearOperator, makeOperator, meanGradient, type OperatorName,
  type ParameterFilter, type SpectralDensity, spectralDensity, traceAlgorithms,
} from '#core/curvature';
import type { OpenRun } from '../evaluation/open-run';
import { curvatureProblem, layerNames, parameterFilter } from './problem';
import type { CurvatureRequest } from './request';

/** An eigenvalue without its vector. */
export type Eigenvalue = Omit<EigenPair, 'vector'>;

/** What was found of one matrix. */
export interface CurvatureFigures {
  readonly dimension: number;
  readonly eigenvalues?: {
    readonly largest: readonly Eigenvalue[];
    readonly smallest: readonly Eigenvalue[];
    readonly iterations: number;
    readonly products: number;
    /** Whether every residual is below the tolerance. */
    readonly converged: boolean;
    readonly tolerance: number;
    readonly algorithm: string;
  };
  readonly trace?: Estimate;
  readonly frobeniusNorm?: Estimate;
  /** `trace^2 / |A|_F^2`. */
  readonly participationRatio?: number;
  readonly density?: SpectralDensity;
  /** `exp` of the entropy of the eigenvalues' sizes, from the density. */
  readonly entropyRank?: number;
}

/** What the figures are of. */
export interface CurvatureHead {
  readonly run: { readonly id: string; readonly name: string; readonly checkpoint: string; readonly step: number };
  readonly request: CurvatureRequest;
  readonly operator: OperatorName;
  readonly examples: number;
  readonly device: string;
  /** Norm of the loss's gradient in the same parameters: how near the weights are to a point where curvature is all. */
  readonly gradientNorm: number;
}

export interface CurvatureReport extends CurvatureHead, CurvatureFigures {
  readonly layers?: Readonly<Record<string, CurvatureFigures>>;
  readonly seconds: number;
}

/** What is told while it is computed. */
export type CurvatureEvent =
  | { readonly kind: 'start'; readonly head: CurvatureHead }
  /** At work on one of the `parts` that were asked for, counted from 1. */
  | { readonly kind: 'progress'; readonly text: string; readonly part: number; readonly parts: number }
  /** All that is known so far of the whole matrix (`layer` is null) or of a layer's block. */
  | { readonly kind: 'figures'; readonly layer: string | null; readonly figures: CurvatureFigures };

export interface CurvatureOptions {
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: CurvatureEvent) => void;
}

/**
 * Takes the curvature of a run's loss at a checkpoint.
 *
 * @throws UserError when checkpoint, split or layers are not there, or the products are not finite
 */
export async function computeRunCurvature(run: OpenRun, request: CurvatureRequest, { signal, onEvent }: CurvatureOptions = {}): Promise<CurvatureReport> {
  const start = performance.now();
  const { step, tensors } = run.weights(request.checkpoint);
  const { split, seed, batchNorm } = request;
  const problem = curvatureProblem(run.parts, run.data, tensors, { split, batchNorm, subset: request.subset === null ? null : { count: request.subset, seed } });
  const select = parameterFilter(problem, request);
  const names = request.byLayer ? layerNames(problem, select) : [];
  const parts = (1 + names.length) * stageCount(request);
  let part = 0;
  const figuresOf = async (chosen: ParameterFilter, layer: string | null): Promise<CurvatureFigures> => {
    signal?.throwIfAborted();
    const operator = await makeOperator(problem, request.operator, { ...run.compile, select: chosen });
    try {
      return await figures(operator, request, {
        signal,
        onStage: () => part++,
        onProgress: (text) => onEvent?.({ kind: 'progress', text: `${layer ?? request.operator}: ${text}`, part, parts }),
        onFound: (found) => onEvent?.({ kind: 'figures', layer, figures: found }),
      });
    } finally {
      await operator.dispose();
    }
  };
  const gradient = await meanGradient(problem, { ...run.compile, select });
  const head: CurvatureHead = {
    run: { id: run.file.id, name: run.file.name, checkpoint: String(request.checkpoint), step },
    request,
    operator: request.operator,
    examples: exampleCount(problem),
    device: run.compile.device,
    gradientNorm: Math.hypot(...chunkNorms(gradient)),
  };
  onEvent?.({ kind: 'start', head });
  const whole = await figuresOf(select, null);
  const layers: Record<string, CurvatureFigures> = {};
  for (const layer of names) {
    layers[layer] = await figuresOf((name, parameter) => select(name, parameter) && (name === layer || name.startsWith(`${layer}.`)), layer);
  }
  return { ...head, ...whole, ...(request.byLayer && { layers }), seconds: (performance.now() - start) / 1000 };
}

/** How many computations a request means for each matrix. */
const stageCount = ({ top, bottom, trace, frobenius, density }: CurvatureRequest): number =>
  Number(top + bottom > 0) + Number(trace !== null) + Number(frobenius) + Number(density);

/** Norms of parts: a long vector is too much for one call of `hypot`. */
function chunkNorms(v: ArrayLike<number>): number[] {
  const norms: number[] = [];
  for (let from = 0; from < v.length; from += 65536) {
    let sum = 0;
    for (let i = from; i < Math.min(v.length, from + 65536); i++) sum += v[i]! ** 2;
    norms.push(Math.sqrt(sum));
  }
  return norms;
}

interface FiguresOptions {
  readonly signal: AbortSignal | undefined;
  /** Another of the computations begins. */
  readonly onStage: () => void;
  readonly onProgress: (text: string) => void;
  readonly onFound: (figures: CurvatureFigures) => void;
}

async function figures(operator: LinearOperator, request: CurvatureRequest, { signal, onStage, onProgress, onFound }: FiguresOptions): Promise<CurvatureFigures> {
  const { top, bottom, tolerance, seed, products, reorthogonalization } = request;
  const aborting = signal && { signal };
  let found: CurvatureFigures = { dimension: operator.dimension };
  const add = (more: Partial<CurvatureFigures>): void => onFound((found = { ...found, ...more }));
  if (top + bottom > 0) {
    onStage();
    const { largest, smallest, iterations, products: spent, converged, algorithm } = await lanczos(operator, {
      largest: Math.min(top, operator.dimension),
      smallest: Math.min(bottom, operator.dimension),
      tolerance,
      maxIterations: request.maxIterations,
      reorthogonalization,
      seed,
      ...aborting,
      onIteration: ({ iteration, largest: high }) => onProgress(`iteration ${iteration}, largest so far ${high?.toPrecision(4)}`),
    });
    const plain = ({ value, residual, interval, converged: done }: EigenPair): Eigenvalue => ({ value, residual, interval, converged: done });
    add({ eigenvalues: { largest: largest.map(plain), smallest: smallest.map(plain), iterations, products: spent, converged, tolerance, algorithm } });
  }
  if (request.trace !== null) {
    onStage();
    onProgress('trace');
    add({ trace: await traceAlgorithms[request.trace](operator, { products, seed, ...aborting }) });
  }
  if (request.frobenius) {
    onStage();
    onProgress('Frobenius norm');
    const norm = await frobeniusNorm(operator, { products, seed, ...aborting });
    add({ frobeniusNorm: norm, ...(found.trace && { participationRatio: found.trace.value ** 2 / norm.value ** 2 }) });
  }
  if (request.density) {
    onStage();
    const density = await spectralDensity(operator, { seed, ...aborting, onProbe: (done, all) => onProgress(`density, vector ${done} of ${all}`) });
    add({ density, entropyRank: entropyRank(density) });
  }
  return found;
}
