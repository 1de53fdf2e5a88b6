import { UserError } from '#core/graph';
import { suggestion } from '#core/nn';
import type { Metric } from './contracts';
import type { Scores } from './events';
import type { Progress, Standing } from './state';
import type { Training } from './training';

/** What the best checkpoint and early stopping look at, and which way is better. */
export interface Watch {
  name: string;
  better: 'higher' | 'lower';
}

/**
 * The watched figure: early stopping's, else the run's first metric, else the loss; always on the validation part.
 *
 * @throws UserError where early stopping names an unknown metric, or has no validation part to look at
 */
export function watchOf(training: Training, metrics: Readonly<Record<string, Metric>>, validated: boolean): Watch {
  const names = Object.keys(metrics);
  const wanted = training.earlyStopping?.metric;
  if (wanted !== undefined && !validated) {
    throw new UserError('train.early-stopping', 'early stopping needs a validation part, and this data set has none', {
      hint: 'Give the split a validation share, or turn early stopping off.',
    });
  }
  const name = wanted ?? names[0] ?? 'loss';
  if (name === 'loss') return { name, better: 'lower' };
  const metric = metrics[name];
  if (metric === undefined) {
    throw new UserError('train.early-stopping', `early stopping watches "${name}", which is not measured: ${suggestion(name, ['loss', ...names])}`, {
      hint: 'Add it to the metrics of the run.',
    });
  }
  return { name, better: metric.better };
}

/** The watched figure among the scores. */
export const watched = (watch: Watch, scores: Scores): number => (watch.name === 'loss' ? scores.loss : scores.metrics[watch.name] ?? NaN);

/**
 * Enters the scores of an epoch: whether it is the best so far, and how many epochs have passed without progress. Any
 * improvement makes a new best, and so does a lower loss at the same value (accuracies on few examples are often equal); only
 * an improvement above `minDelta`, counted from the value at the last progress, is progress.
 */
export function judge(standing: Standing, { step, epoch }: Pick<Progress, 'step' | 'epoch'>, watch: Watch, scores: Scores, minDelta: number): { best: boolean } {
  const value = watched(watch, scores);
  const gain = (over: number): number => (watch.better === 'higher' ? value - over : over - value);
  const { best } = standing;
  const isBest = Number.isFinite(value)
    && (best === undefined || gain(best.value) > 0 || (gain(best.value) === 0 && scores.loss < best.loss));
  if (isBest) standing.best = { value, loss: scores.loss, step, epoch };
  if (Number.isFinite(value) && (standing.reference === undefined || gain(standing.reference) > minDelta)) {
    standing.reference = value;
    standing.stale = 0;
  } else {
    standing.stale++;
  }
  return { best: isBest };
}
