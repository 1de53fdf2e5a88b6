import { availableParallelism } from 'node:os';
import type { Graph } from '#core/graph';
import { type CompileOptions, estimate, keepableBytes } from '#core/runtime';

/** Operations of a batch below which handing it to a thread takes a share of its time: some milliseconds of a core. */
const LEAST = 2 ** 30;
/** Likewise for each number of the vectors, which go there and back. */
const LEAST_A_NUMBER = 50_000;

/** How many batches are best computed at once, each on one core: so many as half of the free memory holds programs; the other half is for what is kept. */
export function lanesOf(graph: Graph, batches: number, dimension: number, { device, threads = availableParallelism() }: CompileOptions): number {
  if (device !== 'cpu' || Math.min(threads, batches) === 1) return 1;
  const { flops, memory } = estimate(graph);
  if (flops < Math.max(LEAST, LEAST_A_NUMBER * dimension)) return 1;
  return Math.max(1, Math.min(threads, batches, Math.floor(keepableBytes(device) / memory.total)));
}

/**
 * Does the works 0 to `count - 1`, work `i` in lane `i % lanes`, each lane one after the other.
 *
 * @param take is given the results in their order
 * @throws the first error, when every lane has ended
 */
export async function inLanes<T>(count: number, lanes: number, work: (index: number) => Promise<T>, take: (result: T) => void): Promise<void> {
  const results = new Map<number, T>();
  let next = 0;
  let failed = false;
  const lane = async (from: number): Promise<void> => {
    for (let index = from; index < count && !failed; index += lanes) {
      try {
        results.set(index, await work(index));
      } catch (error) {
        failed = true;
        throw error;
      }
      while (results.has(next)) {
        take(results.get(next)!);
        results.delete(next++);
      }
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: lanes }, (_, from) => lane(from)));
  const error = ends.find((end) => end.status === 'rejected');
  if (error !== undefined) throw error.reason;
}
