import { Philox, strictObject } from '#core/graph';
import { z } from 'zod';
import { count, labelNoise, noise, seed } from './fields';
import { defineGenerator } from './generator';
import { generatedSequences } from './sequence';
import { checkSize, corrupt } from './table';

/** One period of each wave, for a phase in [0, 1), between -1 and 1. */
const shapes: Record<string, (phase: number) => number> = {
  sine: (phase) => Math.sin(2 * Math.PI * phase),
  square: (phase) => (phase < 0.5 ? 1 : -1),
  triangle: (phase) => 1 - 4 * Math.abs(phase - 0.5),
  sawtooth: (phase) => 2 * phase - 1,
};

/** Noisy periodic signals of random frequency (1 to 3 periods in the window), phase and amplitude (0.7 to 1.3); the class is the shape. */
export const waves = defineGenerator({
  use: 'waves',
  title: 'Waves',
  help: 'Noisy sine, square, triangle and sawtooth signals to be told apart: a small classification of time series.',
  schema: strictObject({
    count: count(1200),
    steps: z.int().min(8).max(2000).default(48).describe('Length of the series.').meta({ label: 'Steps', unit: 'steps', scale: 'log' }),
    noise: noise('every step', 0.2),
    labelNoise,
    seed,
  }),
  generate(parameters) {
    const { count: examples, steps } = parameters;
    checkSize('waves', examples, steps);
    const names = Object.keys(shapes);
    const draws = new Philox(parameters.seed, 'waves').uniforms(3 * examples);
    const normals = new Philox(parameters.seed, 'generator.noise').normals(examples * steps);
    const codes = Int32Array.from({ length: examples }, (_, i) => i % names.length);
    const values = new Float32Array(examples * steps);
    for (let i = 0; i < examples; i++) {
      const periods = 1 + 2 * draws[3 * i]!;
      const amplitude = 0.7 + 0.6 * draws[3 * i + 2]!;
      const shape = shapes[names[codes[i]!]!]!;
      for (let t = 0; t < steps; t++) {
        const phase = (periods * t) / steps + draws[3 * i + 1]!;
        values[i * steps + t] = amplitude * shape(phase - Math.floor(phase)) + parameters.noise * normals[i * steps + t]!;
      }
    }
    corrupt(codes, names.length, parameters.labelNoise, parameters.seed);
    return generatedSequences('waves', { count: examples, steps, features: ['signal'], values, target: { name: 'shape', storage: 'text', codes, dictionary: names } });
  },
});
