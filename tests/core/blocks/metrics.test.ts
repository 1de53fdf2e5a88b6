import { describe, expect, it } from 'vitest';
import type { Predictions } from '#core/train';
import { built } from './evaluate';

const nothing = { truth: new Float64Array(0), predicted: new Float64Array(0), tokenLoss: new Float64Array(0), tokenAccuracy: new Float64Array(0), squaredError: new Float64Array(0) };

function classified(labels: number[], probabilities: number[][]): Predictions {
  return {
    ...nothing,
    task: 'classification', count: labels.length, classes: probabilities[0]!.length, labels: Int32Array.from(labels),
    probabilities: Float64Array.from(probabilities.flat()), targets: 0,
  };
}

/** Certain predictions of the given classes. */
const certain = (labels: number[], predicted: number[], classes: number): Predictions =>
  classified(labels, predicted.map((p) => Array.from({ length: classes }, (_, k) => (k === p ? 1 : 0))));

function regressed(truth: number[], predicted: number[], targets = 1): Predictions {
  return {
    ...nothing,
    task: 'regression', count: truth.length / targets, classes: 0, labels: new Int32Array(0), probabilities: new Float64Array(0),
    targets, truth: Float64Array.from(truth), predicted: Float64Array.from(predicted),
  };
}

const measure = (use: string, predictions: Predictions): number => built('metrics', use, { task: predictions.task }).measure(predictions);

describe('classification metrics by hand', () => {
  // True class 0: found 3 of 4; class 1: 1 of 2; class 2: 0 of 1. Predicted: 0 four times, 1 twice, 2 once.
  const example = certain([0, 0, 0, 0, 1, 1, 2], [0, 0, 0, 1, 1, 2, 0], 3);

  it('accuracy', () => expect(measure('accuracy', example)).toBeCloseTo(4 / 7, 12));
  it('balanced accuracy', () => expect(measure('balanced-accuracy', example)).toBeCloseTo((3 / 4 + 1 / 2 + 0) / 3, 12));
  it('macro F1', () => expect(measure('macro-f1', example)).toBeCloseTo((6 / 8 + 2 / 4 + 0) / 3, 12));
  it('a class that occurs nowhere counts in no mean', () => {
    const unused = certain([0, 0, 1], [0, 1, 1], 5);
    expect(measure('balanced-accuracy', unused)).toBeCloseTo((1 / 2 + 1) / 2, 12);
    expect(measure('macro-f1', unused)).toBeCloseTo((2 / 3 + 2 / 3) / 2, 12);
  });

  it('log-loss, a certain mistake kept finite', () => {
    expect(measure('log-loss', classified([1, 0], [[0.2, 0.8], [0.5, 0.5]]))).toBeCloseTo(-(Math.log(0.8) + Math.log(0.5)) / 2, 12);
    expect(measure('log-loss', certain([0], [1], 2))).toBeCloseTo(-Math.log(1e-15), 9);
  });

  it('AUC counts the pairs in order, equals as half', () => {
    const scores = [0.1, 0.4, 0.35, 0.8, 0.4];
    const labels = [0, 0, 1, 1, 1];
    let won = 0;
    for (const [i, a] of labels.entries()) for (const [j, b] of labels.entries()) {
      if (a === 1 && b === 0) won += scores[i]! > scores[j]! ? 1 : scores[i] === scores[j] ? 0.5 : 0;
    }
    expect(measure('auc', classified(labels, scores.map((s) => [1 - s, s])))).toBeCloseTo(won / 6, 12);
    expect(measure('auc', classified([1, 1], [[0.5, 0.5], [0.2, 0.8]]))).toBeNaN();
  });

  it('AUC of several classes is the mean of each against the rest', () => {
    const rows = [[0.6, 0.3, 0.1], [0.2, 0.5, 0.3], [0.3, 0.4, 0.3], [0.1, 0.2, 0.7]];
    const labels = [0, 1, 0, 2];
    const parts = [0, 1, 2].map((k) => measure('auc', classified(labels.map((l) => (l === k ? 1 : 0)), rows.map((row) => [1 - row[k]!, row[k]!]))));
    expect(measure('auc', classified(labels, rows))).toBeCloseTo((parts[0]! + parts[1]! + parts[2]!) / 3, 12);
  });
});

describe('regression metrics by hand', () => {
  const example = regressed([1, 2, 4, 9], [1, 3, 2, 9]);
  it('RMSE', () => expect(measure('rmse', example)).toBeCloseTo(Math.sqrt(5 / 4), 12));
  it('MAE', () => expect(measure('mae', example)).toBeCloseTo(3 / 4, 12));
  it('R2', () => expect(measure('r2', example)).toBeCloseTo(1 - 5 / (9 + 4 + 0 + 25), 12));
  it('R2 of the mean is 0, of constant truth undefined', () => {
    expect(measure('r2', regressed([1, 3], [2, 2]))).toBe(0);
    expect(measure('r2', regressed([2, 2], [2, 1]))).toBeNaN();
  });
  it('R2 of several targets is the mean over them', () => {
    const both = regressed([1, 10, 2, 10, 4, 40, 9, 20], [1, 10, 3, 12, 2, 30, 9, 20], 2);
    const second = regressed([10, 10, 40, 20], [10, 12, 30, 20]);
    expect(measure('r2', both)).toBeCloseTo((measure('r2', example) + measure('r2', second)) / 2, 12);
  });
});
