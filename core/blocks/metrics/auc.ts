import { defineBlock } from '#core/nn';
import type { Metric, Predictions } from '#core/train';
import { z } from 'zod';
import { meanOverClasses } from './predicted-class';

/**
 * Area under the ROC curve of class `k` against the rest, as the Mann-Whitney statistic: the chance that an example of the
 * class gets a larger probability than one of the rest, equals counting one half. NaN if the class, or the rest, is empty.
 */
function areaOf(k: number, { count, classes, labels, probabilities }: Predictions): number {
  const scores = Float64Array.from({ length: count }, (_, i) => probabilities[i * classes + k]!);
  const order = Array.from(scores.keys()).sort((a, b) => scores[a]! - scores[b]!);
  let positives = 0;
  let rankSum = 0;
  for (let start = 0; start < count;) {
    let end = start;
    while (end < count && scores[order[end]!] === scores[order[start]!]) end++;
    const rank = (start + 1 + end) / 2; // mean rank of the equals, counted from 1
    for (let i = start; i < end; i++) {
      if (labels[order[i]!] !== k) continue;
      positives++;
      rankSum += rank;
    }
    start = end;
  }
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * (count - positives));
}

/** The area under the ROC curve; with more than two classes, the mean of each class against the rest. */
export const auc = defineBlock({
  slot: 'metrics',
  use: 'auc',
  title: 'AUC',
  help: 'Chance that an example of a class is ranked above one of another; 0.5 is guessing. Needs no threshold.',
  paper: {
    title: 'The Meaning and Use of the Area under a Receiver Operating Characteristic (ROC) Curve',
    authors: 'Hanley, McNeil',
    year: 1982,
    id: '10.1148/radiology.143.1.7063747',
  },
  tasks: ['classification'],
  parameters: z.object({}),
  build: (): Metric => ({
    better: 'higher',
    unit: 'share',
    measure: (predictions) => (predictions.classes === 2
      ? areaOf(1, predictions)
      : meanOverClasses(predictions.classes, (k) => areaOf(k, predictions))),
  }),
});
