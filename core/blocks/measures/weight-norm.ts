import { norm } from '#core/curvature';
import { defineBlock } from '#core/nn';
import { z } from 'zod';
import { whenFields } from './fields';
import type { Measure } from './measure';

/** `|w|` over all parameters. */
export const weightNorm = defineBlock({
  slot: 'measures',
  use: 'weight-norm',
  title: 'Weight norm',
  help: 'Euclidean norm of all parameters together.',
  parameters: z.object(whenFields),
  build: (when): Measure => ({ ...when, passes: 0, take: ({ weights }) => Promise.resolve([{ value: norm(weights) }]) }),
});
