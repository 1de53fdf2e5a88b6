import { defineBlock } from '#core/nn';
import type { Initializer } from '#core/nn';
import { z } from 'zod';

/** Normal draws of one standard deviation for every layer; draws beyond two deviations are drawn again if `truncated`. */
export const normal = defineBlock({
  slot: 'initializers',
  use: 'normal',
  title: 'Normal',
  help: 'Normal numbers of a fixed, small deviation, whatever the width: the habit of Transformers (0.02).',
  paper: { title: 'Language Models are Unsupervised Multitask Learners', authors: 'Radford, Wu, Child, Luan, Amodei, Sutskever', year: 2019 },
  parameters: z.object({
    deviation: z.number().positive().max(10).default(0.02).describe('Standard deviation of the draws.').meta({ label: 'Deviation', scale: 'log' }),
    truncated: z.boolean().default(false).describe('Draw again what is beyond two deviations.').meta({ label: 'Truncated' }),
  }),
  build: ({ deviation, truncated }): Initializer => ({ shape }, random) => {
    const values = random.normals(shape.reduce((a, b) => a * b, 1));
    for (let again = truncated ? beyond(values) : []; again.length > 0; again = again.filter((i) => Math.abs(values[i]!) > 2)) {
      const fresh = random.normals(again.length);
      again.forEach((at, i) => (values[at] = fresh[i]!));
    }
    return values.map((value) => deviation * value);
  },
});

/** Places of the draws beyond two standard deviations. */
const beyond = (values: Float32Array): number[] => [...values.keys()].filter((i) => Math.abs(values[i]!) > 2);
