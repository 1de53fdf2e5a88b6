import { defineBlock } from '#core/nn';
import type { Metric } from '#core/train';
import { z } from 'zod';
import { classCounts } from './predicted-class';

/** Correct predictions divided by examples. */
export const accuracy = defineBlock({
  slot: 'metrics',
  use: 'accuracy',
  title: 'Accuracy',
  help: 'Share of the examples whose most probable class is the true one.',
  tasks: ['classification'],
  proposedFor: ['classification'],
  parameters: z.object({}),
  build: (): Metric => ({
    better: 'higher',
    unit: 'share',
    measure: (predictions) => classCounts(predictions).correct.reduce((a, b) => a + b, 0) / predictions.count,
  }),
});
