import { Philox, strictObject } from '#core/graph';
import { z } from 'zod';
import { defineGenerator } from './generator';
import { count, noise, seed } from './fields';
import { numberTable } from './table';

/** `target = amplitude sin(2 pi frequency x + phase)`, `x` uniform in [-1, 1] without (-gap, gap). */
export const sinusoid = defineGenerator({
  use: 'sinusoid',
  title: 'Sinusoid',
  help: 'A sine wave to fit: the smallest regression, with a gap in the middle if you like to see what is made up there.',
  schema: strictObject({
    count: count(500),
    frequency: z.number().min(0.1).max(20).default(1.5).describe('Periods in one unit of x; x runs from -1 to 1.').meta({ label: 'Frequency', unit: 'periods', scale: 'log' }),
    amplitude: z.number().min(0.01).max(100).default(1).describe('Height of the wave.').meta({ label: 'Amplitude', scale: 'log' }),
    phase: z.number().min(-Math.PI).max(Math.PI).default(0).describe('Phase of the wave at x = 0.').meta({ label: 'Phase', unit: 'radians', advanced: true }),
    gap: z.number().min(0).max(0.9).default(0).describe('No examples where x is nearer to 0 than this.').meta({ label: 'Gap', advanced: true }),
    noise: noise('the target', 0.1),
    seed,
  }),
  generate(parameters) {
    const { frequency, amplitude, phase, gap } = parameters;
    const uniforms = new Philox(parameters.seed, 'sinusoid').uniforms(parameters.count);
    const x = Float64Array.from(uniforms, (uniform) => {
      const signed = 2 * uniform - 1;
      return signed < 0 ? -gap + (1 - gap) * signed : gap + (1 - gap) * signed;
    });
    const normals = new Philox(parameters.seed, 'generator.noise').normals(parameters.count);
    const target = x.map((value, i) => amplitude * Math.sin(2 * Math.PI * frequency * value + phase) + parameters.noise * normals[i]!);
    return numberTable('sinusoid', ['x'], [x], target);
  },
});
