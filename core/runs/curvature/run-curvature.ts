import { exampleCount, makeOperator, meanGradient, type ParameterFilter } from '#core/curvature';
import type { OpenRun } from '../evaluation/open-run';
import { weightsFingerprint } from '../weights-fingerprint';
import { figuresOf, stageCount } from './figures';
import { curvatureProblem, layerNames, parameterFilter } from './problem';
import type { CurvatureFigures, CurvatureHead, CurvatureReport } from './report';
import type { CurvatureRequest } from './request';
import { eigenvectorTensors, type VectorTensors } from './vectors';

/** What is told while it is computed. */
export type CurvatureEvent =
  | { readonly kind: 'start'; readonly head: CurvatureHead }
  /** At work on one of the `parts` that were asked for, counted from 1. */
  | { readonly kind: 'progress'; readonly text: string; readonly part: number; readonly parts: number }
  /** All that is known so far of the whole matrix (`layer` is null) or of a layer's block. */
  | { readonly kind: 'figures'; readonly layer: string | null; readonly figures: CurvatureFigures };

export interface CurvatureOptions {
  readonly signal?: AbortSignal;
  /** What an earlier attempt at the same request found: it is not computed again. */
  readonly known?: Pick<CurvatureReport, keyof CurvatureFigures | 'layers'> | undefined;
  readonly onEvent?: (event: CurvatureEvent) => void;
  /** The whole matrix's eigenvectors, where the request wants them kept. */
  readonly onVectors?: (tensors: VectorTensors) => void;
}

/**
 * Takes the curvature of a run's loss at a checkpoint.
 *
 * @throws UserError when checkpoint, split or layers are not there, or the products are not finite
 */
export async function computeRunCurvature(run: OpenRun, request: CurvatureRequest, { signal, known, onEvent, onVectors }: CurvatureOptions = {}): Promise<CurvatureReport> {
  const start = performance.now();
  const { step, tensors } = run.weights(request.checkpoint);
  const { split, seed, batchNorm } = request;
  const problem = curvatureProblem(run.parts, run.data, tensors, { split, batchNorm, subset: request.subset === null ? null : { count: request.subset, seed } });
  const select = parameterFilter(problem, request);
  const names = request.byLayer ? layerNames(problem, select) : [];
  const parts = (1 + names.length) * stageCount(request);
  let part = 0;
  const matrix = async (chosen: ParameterFilter, layer: string | null, earlier: CurvatureFigures | undefined): Promise<CurvatureFigures> => {
    signal?.throwIfAborted();
    const operator = await makeOperator(problem, request.operator, { ...run.compile, select: chosen });
    try {
      return await figuresOf(operator, request, {
        signal,
        known: earlier,
        onStage: () => part++,
        onProgress: (text) => onEvent?.({ kind: 'progress', text: `${layer ?? request.operator}: ${text}`, part, parts }),
        onFound: (found) => onEvent?.({ kind: 'figures', layer, figures: found }),
        onEigen: (result) => {
          if (layer === null && request.vectors) onVectors?.(eigenvectorTensors(result, problem, request.operator, chosen));
        },
      });
    } finally {
      await operator.dispose();
    }
  };
  const gradient = await meanGradient(problem, { ...run.compile, select });
  const head: CurvatureHead = {
    run: {
      id: run.file.id,
      name: run.file.name,
      checkpoint: String(request.checkpoint),
      step,
      ...(run.member !== undefined && { member: run.member }),
      fingerprint: weightsFingerprint([...Object.keys(problem.parameters), ...Object.keys(problem.buffers)], tensors),
    },
    request,
    operator: request.operator,
    examples: exampleCount(problem),
    device: run.compile.device,
    gradientNorm: Math.hypot(...chunkNorms(gradient)),
  };
  onEvent?.({ kind: 'start', head });
  const whole = await matrix(select, null, known);
  const layers: Record<string, CurvatureFigures> = {};
  for (const layer of names) {
    layers[layer] = await matrix((name, parameter) => select(name, parameter) && (name === layer || name.startsWith(`${layer}.`)), layer, known?.layers?.[layer]);
  }
  return { ...head, ...whole, ...(request.byLayer && { layers }), seconds: (performance.now() - start) / 1000 };
}

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
