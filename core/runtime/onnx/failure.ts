import type * as ort from 'onnxruntime-node';
import { UserError } from '#core/graph';
import type { DeviceId } from '../program';

const outOfMemory = /bad allocation|bad_alloc|out of memory|failed to allocate|cannot allocate|allocation failed|ALLOC_FAILED|E_OUTOFMEMORY|8007000E|OUT_OF_(?:DEVICE|HOST)_MEMORY|createBuffer.*(?:exceeds|max)|Invalid typed array length|exceeds the max buffer size|Too many storage buffers in shader\. Current: \d{2,}/i;
const lost = /device (?:is |was )?(?:lost|removed|hung)|DEVICE_LOST|DEVICE_REMOVED|DEVICE_HUNG|887A000[567]|CUDA (?:failure|error) (?:700|702|719|999)|illegal memory access|unspecified launch failure|GPU has fallen off/i;

/** What can be made smaller, for whoever runs out of memory. */
const lower = 'lower training.batchSize, the model\'s width or depth, the number of members of a population, or the grid of a surface';

/**
 * A failure of the runtime as a person would put it: too little memory and a lost device are the machine's, and say what to do;
 * anything else stays the fault of ours that it is.
 */
export function runtimeFailure(error: unknown, device: DeviceId): unknown {
  const message = error instanceof Error ? error.message : String(error);
  const first = message.split('\n').find((line) => line.trim() !== '')?.trim().slice(0, 300) ?? '';
  if (outOfMemory.test(message)) {
    return new UserError('device.memory', `device ${device} has not enough memory (${first})`, { hint: `${lower}; or choose another device`, cause: error });
  }
  if (lost.test(message)) {
    return new UserError('device.lost', `device ${device} was lost: its driver was reset, or it ran out of memory (${first})`, {
      hint: `start Basin anew and resume from the last checkpoint; if it happens again, ${lower}, or choose another device`,
      cause: error,
    });
  }
  return error;
}

/** Gives a session's memory back. A device that is lost has nothing to give back, and why it was lost has been told. */
export async function releaseSession(session: ort.InferenceSession, device: DeviceId): Promise<void> {
  try {
    session.endProfiling();
    await session.release();
  } catch (error) {
    if (!(runtimeFailure(error, device) instanceof UserError)) throw error;
  }
}
