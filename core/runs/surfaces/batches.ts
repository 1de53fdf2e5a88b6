import { Philox, UserError } from '#core/graph';
import type { LandscapeBatch } from '#core/landscape';
import { targetOf, targetWidth } from '#core/train';
import type { PreparedDataset } from '#core/data';
import { partOf } from '../run-data';
import type { SplitName } from '../specification/schema';

/** A seeded part of a split. */
export interface Subset {
  count: number;
  seed: number;
}

export interface BatchesOptions {
  split: SplitName;
  /** null is the whole split. */
  subset: Subset | null;
  /** Batches whose own statistics are taken: mixed, of nearly equal size, and filled up with their own examples. */
  mixed: boolean;
  /** At least so many batches, as far as there are examples. */
  leastBatches?: number;
  /** Examples of a batch, where it has to be this number. */
  batchSize?: number;
  /** At most so many examples in a batch. */
  mostExamples?: number;
  /** So many batches of the size that they would have, each drawn from the examples with replacement (Efron 1979). */
  drawnAgain?: number;
}

/** Numbers of input in one batch: enough to keep the kernels busy, little enough for many points at once. */
const numbersAtOnce = 1 << 19;

/** How many examples are best evaluated at once, of so many. */
function batchSize(data: PreparedDataset, examples: number): number {
  return Math.max(1, Math.min(examples, 2048, Math.floor(numbersAtOnce / exampleWidth(data))));
}

const exampleWidth = ({ exampleShape }: PreparedDataset): number => exampleShape.reduce((a, b) => a * b, 1);

/** The rows of a split that a subset takes, ascending. @throws UserError when the split has fewer */
export function subsetRows(data: PreparedDataset, split: SplitName, subset: Subset | null): Int32Array {
  const { count } = partOf(data, split);
  if (subset !== null && subset.count > count) {
    throw new UserError('run.subset', `${subset.count} examples were asked for; the ${split} part has ${count}.`, {
      hint: `Ask for ${count} or fewer, or for all of them.`,
    });
  }
  return subset === null ? Int32Array.from({ length: count }, (_, i) => i) : new Philox(subset.seed, 'surface/subset').permutation(count).slice(0, subset.count).sort();
}

/** The chosen examples as batches of one size, the last ones padded. @throws UserError where there are too few */
export function makeBatches(data: PreparedDataset, { split, subset, mixed, leastBatches = 1, batchSize: asked, mostExamples = Infinity, drawnAgain }: BatchesOptions): { batches: LandscapeBatch[]; size: number } {
  const part = partOf(data, split);
  const rows = subsetRows(data, split, subset);
  if (mixed) shuffle(rows, subset?.seed ?? 0);
  const width = exampleWidth(data);
  const targets = targetWidth(data);
  // Batches of nearly equal size waste little on padding.
  const count = Math.min(Math.max(Math.ceil(rows.length / (asked ?? Math.min(mostExamples, batchSize(data, rows.length)))), leastBatches), rows.length);
  const size = asked ?? Math.ceil(rows.length / count);
  // Cut by their size, few examples in many batches would leave the last ones empty.
  const even = mixed || (count - 1) * size >= rows.length;
  const again = drawnAgain === undefined ? undefined : withReplacement(rows, drawnAgain * size, subset?.seed ?? 0);
  const batches = Array.from({ length: drawnAgain ?? count }, (_, at): LandscapeBatch => {
    const own = again ? again.subarray(at * size, (at + 1) * size) : even ? rows.subarray(Math.floor((at * rows.length) / count), Math.floor(((at + 1) * rows.length) / count)) : rows.subarray(at * size, (at + 1) * size);
    const x = new Float32Array(size * width);
    const y = targetOf(data).dtype === 'int32' ? new Int32Array(size * targets) : new Float32Array(size * targets);
    const mask = new Float32Array(size);
    for (let i = 0; i < (mixed ? size : own.length); i++) {
      const row = own[i % own.length]!;
      x.set(part.x.subarray(row * width, (row + 1) * width), i * width);
      y.set(part.y.subarray(row * targets, (row + 1) * targets), i * targets);
      if (i < own.length) mask[i] = 1;
    }
    return { x, y, mask, count: own.length };
  });
  return { batches, size };
}

/** Training examples in full batches, mixed: as many as the subset says, less what no full batch is left of. */
export function calibrationBatches(data: PreparedDataset, subset: Subset | null): { batches: { x: Float32Array }[]; size: number } {
  const { x, count: there } = partOf(data, 'train');
  const rows = subsetRows(data, 'train', subset && { ...subset, count: Math.min(subset.count, there) });
  shuffle(rows, subset?.seed ?? 0);
  const width = exampleWidth(data);
  const count = Math.ceil(rows.length / batchSize(data, rows.length));
  const size = Math.floor(rows.length / count);
  const batches = Array.from({ length: count }, (_, at) => {
    const batch = new Float32Array(size * width);
    rows.subarray(at * size, (at + 1) * size).forEach((row, i) => batch.set(x.subarray(row * width, (row + 1) * width), i * width));
    return { x: batch };
  });
  return { batches, size };
}

/** As many rows as asked for, each any of these. */
function withReplacement(rows: Int32Array, count: number, seed: number): Int32Array {
  return Int32Array.from(new Philox(seed, 'surface/again').uniforms(count), (u) => rows[Math.floor(u * rows.length)]!);
}

/** Mixes rows in place: data in an order, by class for one, would give batches with statistics of their own. */
function shuffle(rows: Int32Array, seed: number): void {
  const before = rows.slice();
  new Philox(seed, 'surface/order').permutation(rows.length).forEach((from, to) => (rows[to] = before[from]!));
}
