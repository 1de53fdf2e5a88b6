import { defineBlock } from '#core/nn';
import type { Initializer } from '#core/nn';
import { z } from 'zod';

/**
 * Orthonormalizes the `count` rows of length `length` in place, by modified Gram-Schmidt applied twice (once is not enough
 * for rows that are nearly dependent). Random rows give a uniformly distributed orthogonal frame.
 */
function orthonormalize(rows: Float64Array, count: number, length: number): void {
  for (let pass = 0; pass < 2; pass++) {
    for (let i = 0; i < count; i++) {
      const row = rows.subarray(i * length, (i + 1) * length);
      for (let j = 0; j < i; j++) {
        const other = rows.subarray(j * length, (j + 1) * length);
        let dot = 0;
        for (let k = 0; k < length; k++) dot += row[k]! * other[k]!;
        for (let k = 0; k < length; k++) row[k]! -= dot * other[k]!;
      }
      let norm = 0;
      for (let k = 0; k < length; k++) norm += row[k]! ** 2;
      norm = Math.sqrt(norm);
      for (let k = 0; k < length; k++) row[k]! /= norm;
    }
  }
}

/**
 * The weight as a matrix `[out, everything else]` gets orthonormal rows (or columns, if it is taller than wide), times `gain`.
 */
export const orthogonal = defineBlock({
  slot: 'initializers',
  use: 'orthogonal',
  title: 'Orthogonal',
  help: 'Every layer starts as a rotation: signals neither grow nor shrink, however deep.',
  paper: {
    title: 'Exact Solutions to the Nonlinear Dynamics of Learning in Deep Linear Neural Networks',
    authors: 'Saxe, McClelland, Ganguli',
    year: 2014,
    id: 'arXiv:1312.6120',
  },
  parameters: z.object({
    gain: z.number().positive().max(10).default(Math.SQRT2)
      .describe('Factor on the rotation: the square root of 2 suits ReLU, 1 suits tanh and linear layers.')
      .meta({ label: 'Gain' }),
  }),
  build: ({ gain }): Initializer => ({ shape }, random) => {
    const out = shape[0] ?? 1;
    const rest = shape.slice(1).reduce((a, b) => a * b, 1);
    const count = Math.min(out, rest);
    const length = Math.max(out, rest);
    const frame = Float64Array.from(random.normals(count * length));
    orthonormalize(frame, count, length);
    const result = new Float32Array(out * rest);
    for (let i = 0; i < count; i++) {
      for (let k = 0; k < length; k++) result[out <= rest ? i * rest + k : k * rest + i] = gain * frame[i * length + k]!;
    }
    return result;
  },
});
