import { Philox, strictObject } from '#core/graph';
import { z } from 'zod';
import { defineGenerator } from './generator';
import { count, labelNoise, noise, seed } from './fields';
import { classTable, corrupt, jitter } from './table';

/**
 * A board of `cells` by `cells` fields on [-1, 1]^2, points uniform within the fields: with `i` and `j` the column and row of
 * a point's field, counted from the lower left, it is `dark` where `i + j` is even. Classes are balanced also where a board
 * has one dark field more.
 */
export const checkerboard = defineGenerator({
  use: 'checkerboard',
  title: 'Checkerboard',
  help: 'Dark and light fields in turn: many separate regions a class, a test of how fine a network can resolve.',
  schema: strictObject({
    count: count(4000),
    cells: z.int().min(2).max(32).default(4).describe('Fields along a side.').meta({ label: 'Fields a side' }),
    noise: noise('both coordinates after the class is known; the board has side 2', 0, 1),
    labelNoise,
    seed,
  }),
  generate(parameters) {
    const { cells } = parameters;
    const x = new Float64Array(parameters.count);
    const y = new Float64Array(parameters.count);
    const labels = new Int32Array(parameters.count);
    const uniforms = new Philox(parameters.seed, 'checkerboard').uniforms(3 * parameters.count);
    const fields = Array.from({ length: cells ** 2 }, (_, at) => ({ i: at % cells, j: Math.floor(at / cells) }));
    const ofClass = [0, 1].map((label) => fields.filter(({ i, j }) => (i + j) % 2 === label));
    for (let at = 0; at < parameters.count; at++) {
      const candidates = ofClass[at % 2]!;
      const { i, j } = candidates[Math.floor(uniforms[3 * at]! * candidates.length)]!;
      x[at] = (2 * (i + uniforms[3 * at + 1]!)) / cells - 1;
      y[at] = (2 * (j + uniforms[3 * at + 2]!)) / cells - 1;
      labels[at] = at % 2;
    }
    jitter([x, y], parameters.noise, parameters.seed);
    corrupt(labels, 2, parameters.labelNoise, parameters.seed);
    return classTable('checkerboard', ['x', 'y'], [x, y], labels, ['dark', 'light']);
  },
});
