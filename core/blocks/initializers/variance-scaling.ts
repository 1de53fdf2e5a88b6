import type { Initializer } from '#core/nn';
import { z } from 'zod';

/** The shape of the distribution, for initializers that only fix the variance. */
export const distribution = z.enum(['normal', 'uniform']).default('normal')
  .describe('Normal, or uniform with the same variance.').meta({ label: 'Distribution' });

/**
 * Independent draws with mean 0 and the given variance: normal, or uniform on `[-sqrt(3 variance), sqrt(3 variance)]`.
 * The scheme shared by LeCun, Glorot and He initialization, which differ in the variance alone.
 */
export function varianceScaling(
  kind: 'normal' | 'uniform',
  variance: (fans: { fanIn: number; fanOut: number }) => number,
): Initializer {
  return (parameter, random) => {
    const size = parameter.shape.reduce((a, b) => a * b, 1);
    const deviation = Math.sqrt(variance(parameter));
    if (kind === 'normal') return Float32Array.from(random.normals(size), (value) => value * deviation);
    const bound = deviation * Math.sqrt(3);
    return Float32Array.from(random.uniforms(size), (value) => (2 * value - 1) * bound);
  };
}
