import { type TypedArray, UserError } from '#core/graph';

const [LOWEST, HIGHEST] = [-(2 ** 31), 2 ** 31 - 1];

/** Throws unless every int64 number fits the 32 bits that TensorFlow.js has. */
export function checkInt32(data: TypedArray, what: string): void {
  for (const value of data) {
    if (value < LOWEST || value > HIGHEST) {
      throw new UserError('tensorflow.int64', `TensorFlow.js has no 64-bit integers: ${value} in ${what} does not fit 32 bits`, {
        hint: 'use the device cpu',
      });
    }
  }
}
