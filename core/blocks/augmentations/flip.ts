import { bernoulli, flip as reverse, where } from '#core/graph';
import { defineBlock } from '#core/nn';
import type { Augmentation } from '#core/train';
import { z } from 'zod';

/** Mirrors each picture left to right (or top to bottom) with the given probability. */
export const flip = defineBlock({
  slot: 'augmentations',
  use: 'flip',
  title: 'Flip',
  help: 'Mirrors pictures at random. For photographs, not for digits or letters.',
  inputs: ['image'],
  parameters: z.object({
    probability: z.number().min(0).max(1).default(0.5).describe('Share of the pictures that are mirrored.').meta({ label: 'Probability' }),
    direction: z.enum(['horizontal', 'vertical']).default('horizontal').describe('Left to right, or top to bottom.').meta({ label: 'Direction' }),
  }),
  build: ({ probability, direction }): Augmentation => (x, random) => {
    const mirrored = reverse(x, [direction === 'horizontal' ? 3 : 2]);
    return where(bernoulli(random('flip'), probability, [x.shape[0]!, 1, 1, 1]), mirrored, x);
  },
});
