import { mean, square, sub } from '#core/graph';
import { defineBlock } from '#core/nn';
import type { Loss } from '#core/train';
import { z } from 'zod';
import { keptFor } from './kept';
import { targetsOf } from './targets';

/** `mean over targets of (output - target)^2`, on the standardized target (or, for reconstruction, over the example's own numbers). */
export const meanSquaredError = defineBlock({
  slot: 'losses',
  use: 'mean-squared-error',
  title: 'Mean squared error',
  help: 'The squared distance to the target. The usual choice for regression and reconstruction.',
  tasks: ['regression', 'reconstruction'],
  proposedFor: ['regression', 'reconstruction'],
  parameters: z.object({}),
  build: (_parameters, context): Loss => ({
    outputs: targetsOf(context),
    link: 'identity',
    perExample: (output, target) => mean(square(sub(output, target)), [1]),
    ...keptFor(context, 'identity'),
  }),
});
