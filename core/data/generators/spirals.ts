import { Philox, strictObject } from '#core/graph';
import { z } from 'zod';
import { defineGenerator } from './generator';
import { count, labelNoise, noise, seed } from './fields';
import { classTable, corrupt, jitter } from './table';

/** Radius at which every arm begins: at the very centre all arms would be one point. */
const innermost = 0.1;

/**
 * Archimedean spirals around each other, after Lang and Witbrock, "Learning to tell two spirals apart" (1988). Arm `a` of `k`
 * is the curve of radius `r` in [0.1, 1] and angle `2 pi (turns r + a / k)`; points lie evenly by area of the swept ring, so
 * about evenly along the curve.
 */
export const spirals = defineGenerator({
  use: 'spirals',
  title: 'Spirals',
  help: 'Arms wound around each other, one class an arm: needs a boundary that no shallow linear cut gives.',
  schema: strictObject({
    count: count(2000),
    arms: z.int().min(2).max(10).default(2).describe('Number of arms, which is the number of classes.').meta({ label: 'Arms' }),
    turns: z.number().min(0.25).max(6).default(1.5).describe('How often an arm goes round from the centre to its end.').meta({ label: 'Turns', unit: 'turns' }),
    noise: noise('both coordinates; the arms end at radius 1', 0.03, 1),
    labelNoise,
    seed,
  }),
  generate(parameters) {
    const x = new Float64Array(parameters.count);
    const y = new Float64Array(parameters.count);
    const labels = new Int32Array(parameters.count);
    const uniforms = new Philox(parameters.seed, 'spirals').uniforms(parameters.count);
    for (let i = 0; i < parameters.count; i++) {
      const arm = i % parameters.arms;
      const radius = Math.sqrt(innermost ** 2 + (1 - innermost ** 2) * uniforms[i]!);
      const angle = 2 * Math.PI * (parameters.turns * radius + arm / parameters.arms);
      x[i] = radius * Math.cos(angle);
      y[i] = radius * Math.sin(angle);
      labels[i] = arm;
    }
    jitter([x, y], parameters.noise, parameters.seed);
    corrupt(labels, parameters.arms, parameters.labelNoise, parameters.seed);
    return classTable('spirals', ['x', 'y'], [x, y], labels, Array.from({ length: parameters.arms }, (_, a) => `arm ${a + 1}`));
  },
});
