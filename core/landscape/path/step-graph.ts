import { div, spec, sum, type Tensor } from '#core/graph';
import type { LandscapeProblem } from '../problem';

export type Tensors = Record<string, Tensor>;

export const mapTensors = (tensors: Tensors, f: (own: Tensor, name: string) => Tensor): Tensors => Object.fromEntries(Object.entries(tensors).map(([name, own]) => [name, f(own, name)]));

export const parameterSpecs = ({ parameters }: Pick<LandscapeProblem, 'parameters'>) => Object.fromEntries(Object.entries(parameters).map(([name, { shape }]) => [name, spec(shape)]));

/** What a step reads besides weights. */
export interface BatchTensors {
  buffers: Tensors;
  batch: { x: Tensor; y: Tensor; mask: Tensor };
}

export function batchSpecs({ buffers, exampleSpecs: { x, y } }: Pick<LandscapeProblem, 'buffers' | 'exampleSpecs'>) {
  return {
    buffers: Object.fromEntries(Object.entries(buffers).map(([name, { shape }]) => [name, spec(shape)])),
    batch: { x: spec(x.shape, x.dtype), y: spec(y.shape, y.dtype), mask: spec([x.shape[0]!]) },
  };
}

/** Mean loss of a mini-batch. */
export const meanLoss = (problem: LandscapeProblem, weights: Tensors, { buffers, batch }: BatchTensors): Tensor =>
  div(problem.evaluate(weights, buffers, batch)['loss']!, sum(batch.mask));
