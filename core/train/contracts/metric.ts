import type { Task } from '#core/nn';

/** The predictions on a set of examples, ready to be judged. */
export interface Predictions {
  task: Task;
  /** Number of examples. */
  count: number;
  /** Classification: classes, the true class of each example, and probabilities `[count, classes]`, row by row. */
  classes: number;
  labels: Int32Array;
  probabilities: Float64Array;
  /** Regression: numbers an example, truth and prediction `[count, targets]` in the target's own units. */
  targets: number;
  truth: Float64Array;
  predicted: Float64Array;
  /** Language modelling: of each example the mean of minus the log-probability of its tokens (nats), and the share predicted right. */
  tokenLoss: Float64Array;
  tokenAccuracy: Float64Array;
  /** Reconstruction: the mean squared error of each example, in the network's (standardized) units. */
  squaredError: Float64Array;
}

/** A figure by which predictions are judged. */
export interface Metric {
  /** Which way is better; early stopping and the best checkpoint follow it. */
  better: 'higher' | 'lower';
  /** How the figure is written: a share of 1, a number without a unit, or in the target's unit. */
  unit: 'share' | 'none' | 'target';
  /** NaN where the figure is not defined (no example, or one class only). */
  measure(predictions: Predictions): number;
}
