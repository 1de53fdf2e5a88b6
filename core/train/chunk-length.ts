import type { Graph } from '#core/graph';
import { estimate, type DeviceId } from '#core/runtime';

/** Steps of one chunk at most: more of them save nothing further. */
const MOST_STEPS = 32;

/** Steps below which a chunk saves too little for a program of its own. */
const FEWEST_STEPS = 4;

/** Operations and bytes of one step above which its kernels take nearly all of its time. */
const LONG_STEP = 2 ** 26;

/** Operations and bytes of one chunk: half a second of a slow processor, since a stop is heard between chunks only. */
const MOST_WORK = 2 ** 29;

/** Steps of the whole training in chunks, below which compiling a second program takes longer than it saves. */
const WORTHWHILE = 256;

/** Where a loop runs inside the program; elsewhere the host would drive it step by step. */
const withLoops: ReadonlySet<DeviceId> = new Set(['cpu']);

/**
 * How many steps one program should do at a time; 1 for single steps. Counted from the step's graph and never timed: a training
 * that is resumed, on whatever machine, takes the same programs for the same steps.
 *
 * @param whole whole batches of an epoch
 */
export function chunkLength(step: Graph, device: DeviceId, whole: number, epochs: number): number {
  if (!withLoops.has(device) || whole < FEWEST_STEPS || whole * epochs < WORTHWHILE) return 1;
  const { flops, bytes } = estimate(step, device);
  const work = flops + bytes;
  if (work > LONG_STEP) return 1;
  const most = Math.min(MOST_STEPS, Math.floor(MOST_WORK / work));
  // Alike chunks with as few single steps after them as may be.
  const length = Math.floor(whole / Math.ceil(whole / most));
  return length < FEWEST_STEPS ? 1 : length;
}

/** Steps to do together at this place of the epoch: a whole chunk where one begins, else one. */
export const stepsAt = (place: number, length: number, whole: number): number => (place % length === 0 && place + length <= whole ? length : 1);
