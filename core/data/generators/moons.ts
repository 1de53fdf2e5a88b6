import { Philox, strictObject } from '#core/graph';
import { z } from 'zod';
import { defineGenerator } from './generator';
import { count, labelNoise, noise, seed } from './fields';
import { classTable, corrupt, jitter } from './table';

/**
 * Two half circles of radius 1 that reach into each other: the upper one around (0, 0), the lower one around
 * (1, 0.5 - gap). At gap 0 the horns lie half a radius inside each other.
 */
export const moons = defineGenerator({
  use: 'moons',
  title: 'Moons',
  help: 'Two half circles that reach into each other: the smallest task with a curved boundary.',
  schema: strictObject({
    count: count(1000),
    gap: z.number().min(-0.5).max(1).default(0).describe('How far the lower moon is pulled down; below 0 the moons come closer.').meta({ label: 'Gap', advanced: true }),
    noise: noise('both coordinates; the moons have radius 1', 0.1),
    labelNoise,
    seed,
  }),
  generate(parameters) {
    const x = new Float64Array(parameters.count);
    const y = new Float64Array(parameters.count);
    const labels = new Int32Array(parameters.count);
    const uniforms = new Philox(parameters.seed, 'moons').uniforms(parameters.count);
    for (let i = 0; i < parameters.count; i++) {
      const lower = i % 2 === 1;
      const angle = Math.PI * uniforms[i]!;
      x[i] = lower ? 1 - Math.cos(angle) : Math.cos(angle);
      y[i] = lower ? 0.5 - parameters.gap - Math.sin(angle) : Math.sin(angle);
      labels[i] = lower ? 1 : 0;
    }
    jitter([x, y], parameters.noise, parameters.seed);
    corrupt(labels, 2, parameters.labelNoise, parameters.seed);
    return classTable('moons', ['x', 'y'], [x, y], labels, ['upper', 'lower']);
  },
});
