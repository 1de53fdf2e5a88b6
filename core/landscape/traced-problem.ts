import { exampleCount, type ProblemInputs, problemSpecs } from '#core/curvature';
import { type Graph, type Tensor, trace, type Tree } from '#core/graph';
import type { DeviceArray, Feed } from '#core/runtime';
import type { Direction } from './directions';
import type { LandscapeBatch, LandscapeProblem } from './problem';

/** Traces a function of the problem's parameters, buffers and one batch as a graph of named inputs. */
export const traceOf = <R extends Tree<Tensor>>(problem: LandscapeProblem, compute: (tensors: ProblemInputs) => R): Graph => trace(compute, problemSpecs(problem));

/** Traces the problem's quantities. */
export const traceProblem = (problem: LandscapeProblem): Graph => traceOf(problem, ({ parameters, buffers, batch }) => problem.evaluate(parameters, buffers, batch));

/** Sums over examples turned into the numbers shown: means, or roots of means. What is not finite becomes `Infinity`. */
export function finishSums(problem: LandscapeProblem, quantity: string, sum: number): number {
  const examples = problem.examples?.[quantity] ?? exampleCount(problem);
  const mean = sum / examples;
  const value = problem.finish?.[quantity] === 'root-mean' ? Math.sqrt(mean) : mean;
  return Number.isFinite(value) ? value : Infinity;
}

/** Parameters and buffers as a traced problem takes them; what `weights` does not name stands as at the centre. */
export function weightFeeds(problem: LandscapeProblem, weights: Readonly<Record<string, Float32Array>>): Record<string, Feed> {
  const feeds: Record<string, Feed> = {};
  for (const [name, { data }] of Object.entries(problem.parameters)) feeds[`parameters.${name}`] = weights[name] ?? data;
  for (const [name, { data }] of Object.entries(problem.buffers)) feeds[`buffers.${name}`] = weights[name] ?? data;
  return feeds;
}

/** A batch as a traced problem takes it. */
export const batchFeeds = ({ x, y, mask }: LandscapeBatch): Record<string, Feed> => ({ 'batch.x': x, 'batch.y': y, 'batch.mask': mask });

/** The weights at the centre moved by `displacement`: those that it names. */
export const displaced = ({ parameters }: Pick<LandscapeProblem, 'parameters'>, displacement: Direction = {}): Record<string, Float32Array> =>
  Object.fromEntries(Object.entries(displacement).map(([name, values]) => [name, values.map((value, i) => parameters[name]!.data[i]! + value)]));

/** Gives the memory of results back. */
export function release(arrays: Readonly<Record<string, DeviceArray>> | undefined): void {
  for (const array of Object.values(arrays ?? {})) array.dispose();
}
