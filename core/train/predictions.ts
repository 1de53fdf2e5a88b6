import type { Predictions } from './contracts';
import type { Link } from './contracts';
import type { TrainingData } from './data';

/** What predictions are about: the data set, apart from its examples. */
export type Problem = Pick<TrainingData, 'task' | 'exampleShape' | 'classes' | 'targets' | 'targetScaling'>;

/**
 * Probabilities `[count, classes]` from raw outputs `[count, width]`, in float64. Softmax; or sigmoids: one output is the
 * probability of the second class, several are brought to the sum 1.
 */
export function probabilities(outputs: ArrayLike<number>, count: number, classes: number, link: Link): Float64Array {
  const width = link === 'sigmoid' && classes === 2 ? 1 : classes;
  const result = new Float64Array(count * classes);
  for (let i = 0; i < count; i++) {
    if (width === 1) {
      result[2 * i + 1] = 1 / (1 + Math.exp(-outputs[i]!));
      result[2 * i] = 1 / (1 + Math.exp(outputs[i]!));
      continue;
    }
    let largest = -Infinity;
    for (let k = 0; k < width; k++) largest = Math.max(largest, outputs[i * width + k]!);
    let total = 0;
    for (let k = 0; k < width; k++) {
      const output = outputs[i * width + k]!;
      const value = link === 'sigmoid' ? 1 / (1 + Math.exp(-output)) : Math.exp(output - largest);
      result[i * classes + k] = value;
      total += value;
    }
    for (let k = 0; k < width; k++) result[i * classes + k]! /= total;
  }
  return result;
}

/** Regression targets in their own unit. */
export function unscale(values: ArrayLike<number>, { targets = 1, targetScaling }: Problem): Float64Array {
  return Float64Array.from(values, (value, i) => {
    const scaling = targetScaling?.[i % targets];
    return scaling === undefined ? value : value * scaling.scale + scaling.mean;
  });
}

/** What the loss kept of the outputs, and true targets, as metrics want them. */
export function predictionsOf(problem: Problem, link: Link, outputs: ArrayLike<number>, y: ArrayLike<number>, count: number): Predictions {
  const { task, classes = 0, targets = 0 } = problem;
  const empty = new Float64Array(0);
  const nothing = {
    task, count, classes: 0, targets: 0, labels: new Int32Array(0), probabilities: empty, truth: empty, predicted: empty,
    tokenLoss: empty, tokenAccuracy: empty, squaredError: empty,
  };
  const column = (place: number, width: number): Float64Array => Float64Array.from({ length: count }, (_, i) => outputs[i * width + place]!);
  switch (task) {
    case 'classification': return { ...nothing, classes, labels: Int32Array.from(y), probabilities: probabilities(outputs, count, classes, link) };
    case 'regression': return { ...nothing, targets, truth: unscale(y, problem), predicted: unscale(outputs, problem) };
    case 'language-model': return { ...nothing, tokenLoss: column(0, 2), tokenAccuracy: column(1, 2) };
    case 'reconstruction': return { ...nothing, squaredError: column(0, 1) };
  }
}

/** How often each true class (row) was predicted as each class (column): `[classes, classes]`. */
export function confusionMatrix({ count, classes, labels, probabilities: p }: Predictions): Int32Array {
  const matrix = new Int32Array(classes * classes);
  for (let i = 0; i < count; i++) {
    let best = 0;
    for (let k = 1; k < classes; k++) if (p[i * classes + k]! > p[i * classes + best]!) best = k;
    matrix[labels[i]! * classes + best]!++;
  }
  return matrix;
}
