import { abs, lessEqual, mean, mul, square, sub, where } from '#core/graph';
import { defineBlock } from '#core/nn';
import type { Loss } from '#core/train';
import { z } from 'zod';
import { keptFor } from './kept';
import { targetsOf } from './targets';

/** `e^2 / 2` where `|e| <= delta`, `delta (|e| - delta / 2)` beyond, with `e = output - target`; the mean over targets. */
export const huber = defineBlock({
  slot: 'losses',
  use: 'huber',
  title: 'Huber',
  help: 'Squared near the target, linear far from it: outliers pull less.',
  paper: { title: 'Robust Estimation of a Location Parameter', authors: 'Huber', year: 1964, id: '10.1214/aoms/1177703732' },
  tasks: ['regression', 'reconstruction'],
  parameters: z.object({
    delta: z.number().positive().max(1e6).default(1)
      .describe('Where the square turns into a line, in standard deviations of the target.')
      .meta({ label: 'Delta', unit: 'standard deviations', scale: 'log' }),
  }),
  build: ({ delta }, context): Loss => ({
    outputs: targetsOf(context),
    link: 'identity',
    perExample(output, target) {
      const error = sub(output, target);
      const size = abs(error);
      const linear = mul(sub(size, delta / 2), delta);
      return mean(where(lessEqual(size, delta), mul(square(error), 0.5), linear), [1]);
    },
    ...keptFor(context, 'identity'),
  }),
});
