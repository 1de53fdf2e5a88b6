import { longestRun, type DeviceId } from '#core/runtime';
import type { RunParts } from '../compose';
import { examplesWithin, forwardOperations, PASSES } from '../examples-at-once';

/** Vectors that are multiplied at once at most. */
const LARGEST_BLOCK = 8;

export interface Batching {
  /** Examples of one batch at most. */
  readonly mostExamples: number;
  /** Vectors multiplied at once. */
  readonly block: number;
}

/**
 * How much of the data, and how many vectors, one run of a product's program may take, counted from the network's graph so that the same
 * request is answered by the same programs everywhere. On a graphics card runs are short, whatever they hold.
 *
 * @param examples how many there are
 */
export function productBatching(parts: Pick<RunParts, 'model'>, exampleShape: readonly number[], device: DeviceId, examples: number): Batching {
  const most = longestRun(device);
  if (most === Infinity) return { mostExamples: examples, block: LARGEST_BLOCK };
  const perExample = PASSES.product * forwardOperations(parts, exampleShape, device);
  const mostExamples = examplesWithin(most, perExample);
  return { mostExamples, block: Math.max(1, Math.min(LARGEST_BLOCK, Math.floor((2 * most) / (perExample * Math.min(mostExamples, examples))))) };
}
