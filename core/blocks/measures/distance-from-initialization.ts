import { norm } from '#core/curvature';
import { defineBlock } from '#core/nn';
import { z } from 'zod';
import { whenFields } from './fields';
import type { Measure } from './measure';

/** `|w - w_0|` over all parameters. */
export const distanceFromInitialization = defineBlock({
  slot: 'measures',
  use: 'distance-from-initialization',
  title: 'Distance from initialization',
  help: 'How far all parameters together have moved from where they began.',
  paper: { title: 'Generalization in Deep Networks: The Role of Distance from Initialization', authors: 'Nagarajan, Kolter', year: 2019, id: 'arXiv:1901.01672' },
  parameters: z.object(whenFields),
  build: (when): Measure => ({ ...when, passes: 0, take: ({ weights, first }) => Promise.resolve([{ value: norm(weights.map((value, i) => value - first[i]!)) }]) }),
});
