import { defineBlock } from '#core/nn';
import type { Metric } from '#core/train';
import { z } from 'zod';

/**
 * `1 - sum (truth - predicted)^2 / sum (truth - mean truth)^2`, target by target, then their mean. NaN where the truth does
 * not vary.
 */
export const r2 = defineBlock({
  slot: 'metrics',
  use: 'r2',
  title: 'R²',
  help: 'Share of the variance explained: 1 is perfect, 0 no better than the mean.',
  tasks: ['regression'],
  proposedFor: ['regression'],
  parameters: z.object({}),
  build: (): Metric => ({
    better: 'higher',
    unit: 'none',
    measure({ count, targets, truth, predicted }) {
      let sum = 0;
      for (let t = 0; t < targets; t++) {
        let average = 0;
        for (let i = 0; i < count; i++) average += truth[i * targets + t]! / count;
        let residual = 0;
        let variation = 0;
        for (let i = 0; i < count; i++) {
          residual += (truth[i * targets + t]! - predicted[i * targets + t]!) ** 2;
          variation += (truth[i * targets + t]! - average) ** 2;
        }
        sum += variation === 0 ? NaN : 1 - residual / variation;
      }
      return sum / targets;
    },
  }),
});
