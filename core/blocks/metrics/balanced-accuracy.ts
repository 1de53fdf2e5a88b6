import { defineBlock } from '#core/nn';
import type { Metric } from '#core/train';
import { z } from 'zod';
import { classCounts, meanOverClasses } from './predicted-class';

/** The mean recall over the classes that occur. */
export const balancedAccuracy = defineBlock({
  slot: 'metrics',
  use: 'balanced-accuracy',
  title: 'Balanced accuracy',
  help: 'Mean over the classes of the share found: rare classes count as much as frequent ones.',
  tasks: ['classification'],
  parameters: z.object({}),
  build: (): Metric => ({
    better: 'higher',
    unit: 'share',
    measure(predictions) {
      const { truth, correct } = classCounts(predictions);
      return meanOverClasses(predictions.classes, (k) => correct[k]! / truth[k]!);
    },
  }),
});
