import type { CompileOptions, DeviceId } from './program';

/** Devices whose programs compute in the machine's own memory. */
const inHostMemory: ReadonlySet<DeviceId> = new Set(['cpu', 'reference', 'tensorflow']);

/** How much of a graphics card's memory may be kept: what it has free is not known. */
const ON_CARD = 2 ** 30;

/** Bytes that may be kept on a device between runs of programs, beside what they take themselves: half of what the machine has available at the moment. */
export const keepableBytes = (device: DeviceId): number => (inHostMemory.has(device) ? process.availableMemory() / 2 : ON_CARD);

/** Bytes that a program may take. How much memory a graphics card has free is not known; there the driver refuses. */
export const availableBytes = ({ device, memoryLimit }: CompileOptions): number => memoryLimit ?? (inHostMemory.has(device) ? process.availableMemory() : Infinity);
