import type { CurvatureProblem, Likelihood, ParameterFilter } from '#core/curvature';
import type { PreparedDataset } from '#core/data';
import { UserError } from '#core/graph';
import { judgeBatch, type Link, type StateTensor } from '#core/train';
import type { RunParts } from '../compose';
import { landscapeProblem, type ProblemOptions } from '../surfaces/problem';
import type { CurvatureRequest } from './request';

const likelihoods: Readonly<Record<Link, Likelihood>> = { softmax: 'categorical', sigmoid: 'bernoulli', identity: 'gaussian' };

/** A run's network and data as a loss of its weights: the run's own loss, without penalties. */
export function curvatureProblem(parts: RunParts, data: PreparedDataset, tensors: Readonly<Record<string, StateTensor>>, options: ProblemOptions): CurvatureProblem {
  const { parameters, buffers, exampleSpecs, batches } = landscapeProblem(parts, data, tensors, options);
  const mode = { train: false, batchStatistics: options.batchNorm === 'batch' };
  return {
    parameters,
    buffers,
    exampleSpecs,
    batches,
    outputs: (p, b, x) => parts.model.apply(p, b, x, mode).output,
    loss: (outputs, y) => judgeBatch(parts.loss, { output: outputs, buffers: {} }, y).losses,
    losses: (p, b, x, y) => judgeBatch(parts.loss, parts.model.apply(p, b, x, mode), y).losses,
    // A language model's loss is a mean over the tokens that are asked for: not the likelihood of one outcome.
    ...(data.task !== 'language-model' && { likelihood: likelihoods[parts.loss.link] }),
  };
}

/** The parameters that a request means. @throws UserError when a name begins no parameter's */
export function parameterFilter(problem: Pick<CurvatureProblem, 'parameters'>, { layers, kinds }: Pick<CurvatureRequest, 'layers' | 'kinds'>): ParameterFilter {
  const names = Object.keys(problem.parameters);
  const under = (layer: string, name: string): boolean => name === layer || name.startsWith(`${layer}.`);
  const stranger = layers.find((layer) => !names.some((name) => under(layer, name)));
  if (stranger !== undefined) {
    throw new UserError('curvature.layer', `The network has no layer "${stranger}".`, { hint: `There are: ${layerNames(problem, () => true).join(', ')}.` });
  }
  return (name, { kind }) => (kinds === 'all' || kind === 'weight') && (layers.length === 0 || layers.some((layer) => under(layer, name)));
}

/** Names of the layers that hold chosen parameters: `layers.0` of `layers.0.weight`. */
export function layerNames({ parameters }: Pick<CurvatureProblem, 'parameters'>, select: ParameterFilter): string[] {
  const chosen = Object.entries(parameters).filter(([name, parameter]) => select(name, parameter));
  return [...new Set(chosen.map(([name]) => name.slice(0, Math.max(0, name.lastIndexOf('.'))) || name))];
}
