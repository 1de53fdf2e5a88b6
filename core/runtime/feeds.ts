import { dtypeOf, type Graph, type GraphInput, UserError } from '#core/graph';
import type { Feed } from './program';

/** Throws unless `feed` fits `input`. `reference` computes in float64 and takes either float type. */
export function checkFeed(input: GraphInput, feed: Feed | undefined, size: number, eitherFloat = false): Feed {
  if (feed === undefined) throw new UserError('runtime.feed', `run: input ${input.name} was not fed`);
  const isArray = ArrayBuffer.isView(feed);
  const dtype = isArray ? dtypeOf(feed) : feed.dtype;
  const floats = eitherFloat && dtype.startsWith('float') && input.dtype.startsWith('float');
  if (dtype !== input.dtype && !floats) {
    throw new UserError('runtime.feed', `run: input ${input.name} takes ${input.dtype}, got ${dtype}`);
  }
  const fed = isArray ? feed.length : feed.shape.reduce((m, n) => m * n, 1);
  if (fed !== size) {
    throw new UserError('runtime.feed', `run: input ${input.name} has shape [${input.shape.join(',')}] (${size} values), got ${fed} values`);
  }
  return feed;
}

/** Of all that is there what a graph takes. */
export const pickFeeds = (feeds: Readonly<Record<string, Feed>>, graph: Graph): Record<string, Feed> =>
  Object.fromEntries(graph.inputs.map(({ name }) => [name, feeds[name]!]));

/** Throws if something was fed that the graph does not take. */
export function checkNoStrangers(graph: Graph, feeds: Readonly<Record<string, Feed>>): void {
  const known = new Set(graph.inputs.map(({ name }) => name));
  const stranger = Object.keys(feeds).find((name) => !known.has(name));
  if (stranger !== undefined) throw new UserError('runtime.feed', `run: the program has no input ${stranger}`);
}
