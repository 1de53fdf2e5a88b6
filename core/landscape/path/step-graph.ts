import type { ProblemInputs } from '#core/curvature';
import { div, sum, type Tensor } from '#core/graph';
import type { LandscapeProblem } from '../problem';

export type Tensors = Record<string, Tensor>;

export const mapTensors = (tensors: Tensors, f: (own: Tensor, name: string) => Tensor): Tensors => Object.fromEntries(Object.entries(tensors).map(([name, own]) => [name, f(own, name)]));

/** What a step reads besides weights. */
export type BatchTensors = Omit<ProblemInputs, 'parameters'>;

/** Mean loss of a mini-batch. */
export const meanLoss = (problem: LandscapeProblem, weights: Tensors, { buffers, batch }: BatchTensors): Tensor =>
  div(problem.evaluate(weights, buffers, batch)['loss']!, sum(batch.mask));
