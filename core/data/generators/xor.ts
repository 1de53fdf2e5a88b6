import { Philox, strictObject } from '#core/graph';
import { z } from 'zod';
import { defineGenerator } from './generator';
import { count, labelNoise, noise, seed } from './fields';
import { classTable, coordinateNames, corrupt, jitter } from './table';

/**
 * Exclusive or, and parity in more dimensions: points uniform in the cube [-1, 1]^d, `odd` where an odd number of coordinates
 * is negative (Minsky and Papert 1969: no perceptron of lower order can tell). Quadrants are filled in turn, so that the
 * classes are balanced.
 */
export const xor = defineGenerator({
  use: 'xor',
  title: 'XOR',
  help: 'The class is the parity of the signs: exclusive or in the plane, harder with every dimension more.',
  schema: strictObject({
    count: count(1000),
    dimensions: z.int().min(2).max(12).default(2).describe('Number of coordinates whose signs count.').meta({ label: 'Dimensions' }),
    noise: noise('every coordinate after its class is known; the square has side 2', 0.05),
    labelNoise,
    seed,
  }),
  generate(parameters) {
    const { dimensions } = parameters;
    const labels = new Int32Array(parameters.count);
    const features = Array.from({ length: dimensions }, (_, d) => {
      const uniforms = new Philox(parameters.seed, 'xor', d).uniforms(parameters.count);
      return Float64Array.from(uniforms, (uniform, i) => {
        const negative = (i >> d) & 1;
        labels[i]! ^= negative;
        // In (0, 1]: a coordinate of 0 would have no sign.
        return negative ? uniform - 1 : 1 - uniform;
      });
    });
    jitter(features, parameters.noise, parameters.seed);
    corrupt(labels, 2, parameters.labelNoise, parameters.seed);
    return classTable('xor', coordinateNames(dimensions), features, labels, ['even', 'odd']);
  },
});
