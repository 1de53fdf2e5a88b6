import { Philox, strictObject } from '#core/graph';
import { z } from 'zod';
import { count, seed } from './fields';
import { defineGenerator } from './generator';
import { generatedSequences } from './sequence';
import { checkSize } from './table';

/**
 * The adding problem (Hochreiter and Schmidhuber 1997, section 5.4): each step has a number from [0, 1) and a mark; two steps are marked,
 * one in each half, and the sum of their numbers is to be told at the end. Guessing the mean has the squared error 1/6.
 */
export const adding = defineGenerator({
  use: 'adding',
  title: 'Adding problem',
  help: 'Sum two marked numbers of a long sequence: what plain recurrent networks fail at and LSTMs learn.',
  schema: strictObject({
    count: count(2000),
    steps: z.int().min(2).max(1000).default(30).describe('Length of the sequences.').meta({ label: 'Steps', unit: 'steps', scale: 'log' }),
    seed,
  }),
  generate(parameters) {
    const { count: examples, steps } = parameters;
    checkSize('adding', examples, 2 * steps);
    const uniforms = new Philox(parameters.seed, 'adding').uniforms(examples * steps);
    const places = new Philox(parameters.seed, 'adding.marks').uniforms(2 * examples);
    const values = new Float32Array(examples * steps * 2);
    uniforms.forEach((value, at) => (values[2 * at] = value));
    const half = Math.floor(steps / 2);
    const sums = Float64Array.from({ length: examples }, (_, i) => {
      const marks = [Math.floor(places[2 * i]! * half), half + Math.floor(places[2 * i + 1]! * (steps - half))];
      return marks.reduce((sum, step) => {
        values[2 * (i * steps + step) + 1] = 1;
        return sum + uniforms[i * steps + step]!;
      }, 0);
    });
    return generatedSequences('adding', { count: examples, steps, features: ['number', 'mark'], values, target: { name: 'sum', storage: 'number', values: sums } });
  },
});
