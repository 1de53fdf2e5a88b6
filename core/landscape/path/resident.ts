import type { DeviceArray, Feed } from '#core/runtime';
import type { Weights } from './geometry';

/** Weights where a program left them, or as they were given. */
export type Arrays = Readonly<Record<string, DeviceArray | Float32Array>>;

const isOnDevice = (array: DeviceArray | Float32Array): array is DeviceArray => !(array instanceof Float32Array);

/** Arrays as the feeds under a prefix. */
export const named = (prefix: string, arrays: Arrays): Record<string, Feed> => Object.fromEntries(Object.entries(arrays).map(([name, array]) => [`${prefix}.${name}`, array]));

/** The results under a prefix, without it. */
export const under = (prefix: string, results: Readonly<Record<string, DeviceArray>>): Arrays =>
  Object.fromEntries(Object.entries(results).flatMap(([name, array]) => (name.startsWith(`${prefix}.`) ? [[name.slice(prefix.length + 1), array]] : [])));

export const zerosLike = (weights: Weights): Record<string, Float32Array> => Object.fromEntries(Object.entries(weights).map(([name, { length }]) => [name, new Float32Array(length)]));

export async function readArrays(arrays: Arrays): Promise<Record<string, Float32Array>> {
  const read = async (array: DeviceArray | Float32Array): Promise<Float32Array> => (isOnDevice(array) ? Float32Array.from((await array.read()) as Float32Array) : array);
  return Object.fromEntries(await Promise.all(Object.entries(arrays).map(async ([name, array]) => [name, await read(array)] as const)));
}

/** Gives the memory of what is on a device back. */
export function freeArrays(arrays: Arrays): void {
  for (const array of Object.values(arrays)) if (isOnDevice(array)) array.dispose();
}
