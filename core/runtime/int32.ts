import { type TypedArray, UserError } from '#core/graph';

const [LOWEST, HIGHEST] = [-(2 ** 31), 2 ** 31 - 1];

/**
 * Throws unless every int64 number fits the 32 bits that a device has.
 *
 * @param device who has no more
 * @param where the numbers stand
 */
export function checkInt32(data: TypedArray, device: string, where: string): void {
  for (const value of data) {
    if (value < LOWEST || value > HIGHEST) {
      throw new UserError('runtime.int64', `${device} has no 64-bit integers: ${value} in ${where} does not fit 32 bits`, { hint: 'use the device cpu' });
    }
  }
}
