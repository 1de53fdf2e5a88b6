import { Philox } from '#core/graph';

/**
 * Steps of one epoch: every example once, the last batch smaller where the size does not divide. A last batch of a single
 * example is left out, because statistics over a batch mean nothing there.
 */
export function stepsPerEpoch(examples: number, batchSize: number): number {
  const full = Math.floor(examples / batchSize);
  return full + (examples % batchSize > 1 || full === 0 ? 1 : 0);
}

/** Examples of the batch at this place of the epoch. */
export function batchRange(place: number, examples: number, batchSize: number): { begin: number; end: number } {
  return { begin: place * batchSize, end: Math.min(examples, (place + 1) * batchSize) };
}

/** The order in which an epoch visits the examples; a function of seed and epoch. */
export function epochOrder(seed: number, epoch: number, examples: number): Int32Array {
  return new Philox(seed, 'order', epoch).permutation(examples);
}
