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

/** The parameters that a request means. @throws UserError when a name begins no parameter's, or a pattern fits none */
export function parameterFilter(problem: Pick<CurvatureProblem, 'parameters'>, { layers, parameters, kinds }: Pick<CurvatureRequest, 'layers' | 'parameters' | 'kinds'>): ParameterFilter {
  const names = Object.keys(problem.parameters);
  const under = (layer: string, name: string): boolean => name === layer || name.startsWith(`${layer}.`);
  const stranger = layers.find((layer) => !names.some((name) => under(layer, name)));
  if (stranger !== undefined) {
    throw new UserError('curvature.layer', `The network has no layer "${stranger}".`, { hint: `There are: ${[...new Set(names.map(layerOf))].join(', ')}.` });
  }
  const patterns = parameters.map((text) => ({ text, pattern: patternOf(text) }));
  const vain = patterns.find(({ pattern }) => !names.some((name) => pattern.test(name)));
  if (vain) throw new UserError('curvature.parameters', `No parameter's name fits "${vain.text}".`, { hint: `There are: ${names.join(', ')}.` });
  return (name, { kind }) =>
    (kinds === 'all' || kind === 'weight')
    && (layers.length === 0 || layers.some((layer) => under(layer, name)))
    && (patterns.length === 0 || patterns.some(({ pattern }) => pattern.test(name)));
}

/** `layers.*.weight` as an expression: `*` any characters, `?` one, all else itself. */
const patternOf = (glob: string): RegExp =>
  new RegExp(`^${glob.replaceAll(/[\\^$.|+()[\]{}]/g, String.raw`\$&`).replaceAll('*', '.*').replaceAll('?', '.')}$`);

/** The layer that holds a parameter: `layers.0` of `layers.0.weight`. */
const layerOf = (name: string): string => name.slice(0, Math.max(0, name.lastIndexOf('.'))) || name;

/** The block that holds a parameter, its name up to the first number: `layer1.0` of `layer1.0.conv2.weight`; a layer without one is a block. */
const blockOf = (name: string): string => /^.*?\.\d+(?=\.)/.exec(name)?.[0] ?? layerOf(name);

/** A part of the chosen parameters, with figures of its own. */
export interface ParameterGroup {
  readonly name: string;
  readonly select: ParameterFilter;
}

/** The layers, or blocks, of chosen parameters that a request wants figures of; each parameter is in one. */
export function parameterGroups({ parameters }: Pick<CurvatureProblem, 'parameters'>, select: ParameterFilter, { byLayer, byBlock }: Pick<CurvatureRequest, 'byLayer' | 'byBlock'>): ParameterGroup[] {
  if (!byLayer && !byBlock) return [];
  if (byLayer && byBlock) throw new UserError('curvature.groups', 'Figures were asked for by layer and by block.', { hint: 'Take one of them.' });
  const groupOf = byLayer ? layerOf : blockOf;
  const names = Object.entries(parameters).filter(([name, parameter]) => select(name, parameter)).map(([name]) => groupOf(name));
  return [...new Set(names)].map((group) => ({ name: group, select: (name, parameter) => select(name, parameter) && groupOf(name) === group }));
}
