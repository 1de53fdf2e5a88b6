import { add, cast, expandDims, mean, mul, neg, oneHot, softplus, sub } from '#core/graph';
import { defineBlock } from '#core/nn';
import type { Loss } from '#core/train';
import { z } from 'zod';

/**
 * `-[w t log p + (1 - t) log(1 - p)]` with `p = sigmoid(z)`, computed as `w t softplus(-z) + (1 - t) softplus(z)` so that no
 * logarithm of 0 can arise. Two classes take one output; more take one a class, each against the rest, and the mean over them.
 */
export const binaryCrossEntropy = defineBlock({
  slot: 'losses',
  use: 'binary-cross-entropy',
  title: 'Binary cross-entropy',
  help: 'A yes-or-no probability: for two classes, or for every class against the rest.',
  tasks: ['classification'],
  parameters: z.object({
    positiveWeight: z.number().positive().max(1e4).default(1)
      .describe('Weight of the positive examples; above 1 finds more of them at the price of false alarms.')
      .meta({ label: 'Positive weight', scale: 'log' }),
  }),
  build({ positiveWeight }, { classes = 2 }): Loss {
    const outputs = classes === 2 ? 1 : classes;
    return {
      outputs,
      link: 'sigmoid',
      perExample(output, target) {
        const truth = outputs === 1 ? expandDims(cast(target, 'float32'), 1) : oneHot(target, classes);
        const positive = mul(mul(truth, positiveWeight), softplus(neg(output)));
        const negative = mul(sub(1, truth), softplus(output));
        return mean(add(positive, negative), [1]);
      },
    };
  },
});
