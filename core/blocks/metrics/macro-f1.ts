import { defineBlock } from '#core/nn';
import type { Metric } from '#core/train';
import { z } from 'zod';
import { classCounts, meanOverClasses } from './predicted-class';

/** Mean of `2 correct / (true + predicted)` over the classes that occur or are predicted. */
export const macroF1 = defineBlock({
  slot: 'metrics',
  use: 'macro-f1',
  title: 'Macro F1',
  help: 'Mean over the classes of F1, which weighs false alarms against misses.',
  tasks: ['classification'],
  parameters: z.object({}),
  build: (): Metric => ({
    better: 'higher',
    unit: 'share',
    measure(predictions) {
      const { truth, predicted, correct } = classCounts(predictions);
      return meanOverClasses(predictions.classes, (k) => (2 * correct[k]!) / (truth[k]! + predicted[k]!));
    },
  }),
});
