import { type Graph, spec, type Tensor, trace } from '#core/graph';
import type { DeviceArray, Feed } from '#core/runtime';
import type { LandscapeProblem } from './problem';

/** Traces the problem's quantities as a graph of named parameters, buffers and one batch. */
export function traceProblem(problem: LandscapeProblem): Graph {
  const { parameters, buffers, exampleSpecs } = problem;
  const specs = {
    parameters: Object.fromEntries(Object.entries(parameters).map(([name, { shape }]) => [name, spec(shape)])),
    buffers: Object.fromEntries(Object.entries(buffers).map(([name, { shape }]) => [name, spec(shape)])),
    batch: {
      x: spec(exampleSpecs.x.shape, exampleSpecs.x.dtype),
      y: spec(exampleSpecs.y.shape, exampleSpecs.y.dtype),
      mask: spec([exampleSpecs.x.shape[0]!]),
    },
  };
  return trace((args: { parameters: Record<string, Tensor>; buffers: Record<string, Tensor>; batch: { x: Tensor; y: Tensor; mask: Tensor } }) => problem.evaluate(args.parameters, args.buffers, args.batch), specs);
}

/** Sums over examples turned into the numbers shown: means, or roots of means. What is not finite becomes `Infinity`. */
export function finishSums(problem: LandscapeProblem, quantity: string, sum: number): number {
  const examples = problem.examples?.[quantity] ?? problem.batches.reduce((total, { count }) => total + count, 0);
  const mean = sum / examples;
  const value = problem.finish?.[quantity] === 'root-mean' ? Math.sqrt(mean) : mean;
  return Number.isFinite(value) ? value : Infinity;
}

/** Weights and buffers as a traced problem takes them; parameters that are not named stand at the centre. */
export function weightFeeds(problem: LandscapeProblem, parameters: Readonly<Record<string, Float32Array>>): Record<string, Feed> {
  const feeds: Record<string, Feed> = {};
  for (const [name, { data }] of Object.entries(problem.parameters)) feeds[`parameters.${name}`] = parameters[name] ?? data;
  for (const [name, { data }] of Object.entries(problem.buffers)) feeds[`buffers.${name}`] = data;
  return feeds;
}

/** The feeds that a graph asks for. */
export function pick(feeds: Readonly<Record<string, Feed>>, graph: Graph): Record<string, Feed> {
  return Object.fromEntries(graph.inputs.map(({ name }) => [name, feeds[name]!]));
}

/** Gives the memory of results back. */
export function release(arrays: Readonly<Record<string, DeviceArray>> | undefined): void {
  for (const array of Object.values(arrays ?? {})) array.dispose();
}
