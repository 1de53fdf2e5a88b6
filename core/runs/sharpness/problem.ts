import { isDeepStrictEqual } from 'node:util';
import type { CurvatureParameter, MeasureProblem } from '#core/curvature';
import { UserError } from '#core/graph';
import type { StateTensor } from '#core/train';
import { curvatureProblem } from '../curvature/problem';
import type { RunParts } from '../compose';
import type { OpenRun } from '../evaluation/open-run';
import type { ProblemOptions } from '../surfaces/problem';

type Tensors = Readonly<Record<string, StateTensor>>;

/** A run's network and data as measures take them: its loss, its classes, and its weights before training where they are known: an imported network's are not, before it is trained further. */
export function measureProblem({ parts, data, weights }: OpenRun, tensors: Tensors, options: ProblemOptions): MeasureProblem {
  const problem = curvatureProblem(parts, data, tensors, options);
  const first = initialWeights(weights);
  const known = first !== undefined && !(isImported(parts) && Object.keys(problem.parameters).every((name) => isDeepStrictEqual(first[name]!.data, tensors[name]!.data)));
  return {
    ...problem,
    ...(data.task === 'classification' && data.classes !== undefined && { classes: data.classes }),
    ...(data.vocabulary !== undefined && { tokens: true }),
    ...(first && known && { initial: { parameters: withData(problem.parameters, first), buffers: withData(problem.buffers, first) } }),
  };
}

/** A network that came with weights: what they were before its own training is not known. */
const isImported = ({ specification }: RunParts): boolean => specification.model.use === 'onnx';

/** The weights before training; none where the run does not keep them. */
function initialWeights(weights: OpenRun['weights']): Tensors | undefined {
  try {
    return weights('init').tensors;
  } catch (error) {
    if (error instanceof UserError && error.code === 'run.no-checkpoint') return undefined;
    throw error;
  }
}

const withData = <T extends Pick<CurvatureParameter, 'shape'>>(like: Readonly<Record<string, T>>, tensors: Tensors): Record<string, T & { data: Float32Array }> =>
  Object.fromEntries(Object.entries(like).map(([name, each]) => [name, { ...each, data: Float32Array.from(tensors[name]!.data as Float32Array) }]));
