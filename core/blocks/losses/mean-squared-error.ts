import { mean, square, sub } from '#core/graph';
import { defineBlock } from '#core/nn';
import type { Loss } from '#core/train';
import { z } from 'zod';

/** `mean over targets of (output - target)^2`, on the standardized target. */
export const meanSquaredError = defineBlock({
  slot: 'losses',
  use: 'mean-squared-error',
  title: 'Mean squared error',
  help: 'The squared distance to the target. The usual choice for regression.',
  tasks: ['regression'],
  proposedFor: ['regression'],
  parameters: z.object({}),
  build: (_parameters, { targets = 1 }): Loss => ({
    outputs: targets,
    link: 'identity',
    perExample: (output, target) => mean(square(sub(output, target)), [1]),
  }),
});
