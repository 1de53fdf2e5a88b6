import type { DeviceId } from './program';

const OPERATIONS: Partial<Record<DeviceId, number>> = { cpu: 3 * 2 ** 33, tensorflow: 3 * 2 ** 33, reference: 2 ** 26 };

/**
 * Floating-point operations that one run of a program should take at most, about half a second of a slow processor, since a stop is heard between
 * runs only; the `reference` device interprets, a few hundred times slower. Infinite on a graphics card, where runs are short, whatever they hold. A fixed number, so that
 * work is cut up alike whenever it is done, however busy the machine is, and gives the same bits.
 */
export const longestRun = (device: DeviceId): number => OPERATIONS[device] ?? Infinity;
