import { checkWrittenOut, exampleCount, type LinearOperator, makeOperator, meanGradient, norm, type CurvatureProblem } from '#core/curvature';
import type { OpenRun } from '../evaluation/open-run';
import { soundWeights } from '../evaluation/sound-weights';
import type { StoredWeights } from '../folder/checkpoints';
import { weightsFingerprint } from '../weights-fingerprint';
import { productBatching } from './batching';
import { checkRequest } from './check-request';
import { figuresOf, stageCount } from './figures';
import { type CurvatureFound, figuresAt, type MatrixPlace, nothingFound, withFigures } from './found';
import { momentsOf } from './moments';
import { curvatureProblem, parameterFilter, parameterGroups, type ParameterGroup } from './problem';
import type { CurvatureFigures, CurvatureHead, CurvatureMoment, CurvatureReport } from './report';
import type { CurvatureRequest } from './request';
import { diagonalTensors, eigenvectorTensors, type VectorTensors } from './vectors';

/** What is told while it is computed. */
export type CurvatureEvent =
  | { readonly kind: 'start'; readonly head: CurvatureHead }
  /** At work on one of the `parts` that were asked for, counted from 1. */
  | { readonly kind: 'progress'; readonly text: string; readonly part: number; readonly parts: number }
  /** All that is known so far of one matrix. */
  | { readonly kind: 'figures'; readonly figures: CurvatureFigures } & MatrixPlace;

export interface CurvatureOptions {
  readonly signal?: AbortSignal;
  /** What an earlier attempt at the same request found: it is not computed again. */
  readonly known?: CurvatureFound | undefined;
  readonly onEvent?: (event: CurvatureEvent) => void;
  /** The whole matrix's eigenvectors, where the request wants them kept. */
  readonly onVectors?: (tensors: VectorTensors) => void;
  /** The whole matrix's diagonal, where it is asked for. */
  readonly onDiagonal?: (tensors: VectorTensors) => void;
}

/** A request as it was understood: the loss at the checkpoint, the matrices, the moments. */
export interface CurvatureSetup {
  readonly weights: StoredWeights;
  readonly problem: CurvatureProblem;
  /** The whole first, under no name, then its layers or blocks. */
  readonly groups: readonly (Omit<ParameterGroup, 'name'> & { readonly name: string | null })[];
  readonly moments: readonly CurvatureMoment[];
  /** Vectors that are multiplied at once. */
  readonly block: number;
  /** The loss at another checkpoint's weights. */
  at(checkpoint: CurvatureMoment['checkpoint']): CurvatureProblem;
}

/** @throws UserError when the request means nothing, or checkpoint, split, layers or parameters are not there */
export function setUpCurvature(run: OpenRun, request: CurvatureRequest): CurvatureSetup {
  checkRequest(request);
  const weights = soundWeights(run, request.checkpoint);
  const { split, seed, batch } = request;
  const count = batch ?? request.subset;
  const batchNorm = batch === null ? request.batchNorm : 'batch';
  const { mostExamples, block } = productBatching(run.parts, run.data.exampleShape, run.compile.device, count ?? run.data[split]?.count ?? Infinity);
  // BatchNorm with the batch's own statistics is another function of other batches: they are not cut smaller.
  const options = { split, batchNorm, subset: count === null ? null : { count, seed }, ...(batchNorm === 'evaluation' && { mostExamples }), ...(batch !== null && { batchSize: Math.min(batch, run.data[split]?.count ?? batch) }) };
  const problem = curvatureProblem(run.parts, run.data, weights.tensors, options);
  const select = parameterFilter(problem, request);
  return {
    weights,
    problem,
    groups: [{ name: null, select }, ...parameterGroups(problem, select, request)],
    moments: request.over === null ? [] : momentsOf(run, weights.step, request.over),
    block,
    at: (checkpoint) => curvatureProblem(run.parts, run.data, soundWeights(run, checkpoint).tensors, options),
  };
}

/**
 * Takes the curvature of a run's loss at a checkpoint, and where it is asked for at those before it.
 *
 * @throws UserError when checkpoint, split or layers are not there, or the products are not finite
 */
export async function computeRunCurvature(run: OpenRun, request: CurvatureRequest, { signal, known = nothingFound, onEvent, onVectors, onDiagonal }: CurvatureOptions = {}): Promise<CurvatureReport> {
  const start = performance.now();
  const { weights, problem, groups, moments, block, at } = setUpCurvature(run, request);
  const parts = groups.length * stageCount(request) + groups.length * moments.length * stageCount(pathRequest(request));
  let part = 0;
  let found = known;
  const take = (place: MatrixPlace, figures: CurvatureFigures): void => {
    found = withFigures(found, place, figures);
    onEvent?.({ kind: 'figures', ...place, figures });
  };
  const compute = (operator: LinearOperator, asked: CurvatureRequest, place: MatrixPlace): Promise<CurvatureFigures> => {
    const where = [...(place.step === null ? [] : [`step ${place.step}`]), place.layer ?? request.operator].join(', ');
    return figuresOf(operator, asked, {
      signal,
      known: figuresAt(found, place),
      onStage: () => part++,
      onProgress: (text) => onEvent?.({ kind: 'progress', text: `${where}: ${text}`, part, parts }),
      onFound: (figures) => take(place, figures),
      onDiagonal: (entries) => {
        if (asked.diagonal && place.layer === null && place.step === null) onDiagonal?.(diagonalTensors(entries, problem, request.operator, groups[0]!.select));
      },
      onEigen: (result) => {
        if (asked.vectors && place.layer === null) onVectors?.(eigenvectorTensors(result, problem, request.operator, groups[0]!.select));
      },
    });
  };
  const gradient = await meanGradient(problem, { ...run.compile, select: groups[0]!.select, ...(signal && { signal }) });
  const head: CurvatureHead = {
    run: {
      id: run.file.id,
      name: run.file.name,
      checkpoint: String(request.checkpoint),
      step: weights.step,
      ...(run.member !== undefined && { member: run.member }),
      fingerprint: weightsFingerprint([...Object.keys(problem.parameters), ...Object.keys(problem.buffers)], weights.tensors),
    },
    request,
    operator: request.operator,
    examples: exampleCount(problem),
    device: run.compile.device,
    gradientNorm: norm(gradient),
    ...(request.over !== null && { path: moments }),
  };
  onEvent?.({ kind: 'start', head });
  for (const { name: layer, select } of groups) {
    signal?.throwIfAborted();
    const options = { ...run.compile, select, block };
    let operator = await makeOperator(problem, request.operator, options);
    try {
      if (request.all) checkWrittenOut(operator.dimension);
      const whole = await compute(operator, request, { step: null, layer });
      for (const { checkpoint, step } of moments) {
        signal?.throwIfAborted();
        if (step === weights.step) {
          part += stageCount(pathRequest(request));
          take({ step, layer }, asOnPath(whole));
          continue;
        }
        const there = at(checkpoint);
        if (operator.moveTo) operator.moveTo(there);
        else {
          await operator.dispose();
          operator = await makeOperator(there, request.operator, options);
        }
        await compute(operator, pathRequest(request), { step, layer });
      }
    } finally {
      await operator.dispose();
    }
  }
  const { figures, layers, points } = found;
  return {
    ...head,
    ...figures!,
    ...(groups.length > 1 && { layers }),
    ...(request.over !== null && { points }),
    seconds: (performance.now() - start) / 1000,
  };
}

/** What is asked of the moments of a path: densities, of several hundred products each, and diagonals are left to the checkpoint itself. */
export const pathRequest = (request: CurvatureRequest): CurvatureRequest => ({ ...request, density: false, diagonal: false, vectors: false });

const asOnPath = ({ density: _, entropyRank: __, diagonal: ___, ...figures }: CurvatureFigures): CurvatureFigures => figures;
