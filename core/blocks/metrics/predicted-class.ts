import type { Predictions } from '#core/train';

/** The most probable class of each example; the first of equals. */
export function predictedClasses({ count, classes, probabilities }: Predictions): Int32Array {
  const predicted = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    let best = 0;
    for (let k = 1; k < classes; k++) {
      if (probabilities[i * classes + k]! > probabilities[i * classes + best]!) best = k;
    }
    predicted[i] = best;
  }
  return predicted;
}

/** How often each class was true, predicted, and both. */
export function classCounts(predictions: Predictions): { truth: Int32Array; predicted: Int32Array; correct: Int32Array } {
  const { count, classes, labels } = predictions;
  const guesses = predictedClasses(predictions);
  const counts = { truth: new Int32Array(classes), predicted: new Int32Array(classes), correct: new Int32Array(classes) };
  for (let i = 0; i < count; i++) {
    const truth = labels[i]!;
    const guess = guesses[i]!;
    counts.truth[truth]!++;
    counts.predicted[guess]!++;
    if (truth === guess) counts.correct[truth]!++;
  }
  return counts;
}

/** The mean over the classes for which `term` is defined; NaN if it is for none. */
export function meanOverClasses(classes: number, term: (k: number) => number): number {
  let total = 0;
  let defined = 0;
  for (let k = 0; k < classes; k++) {
    const value = term(k);
    if (Number.isNaN(value)) continue;
    total += value;
    defined++;
  }
  return defined === 0 ? NaN : total / defined;
}
