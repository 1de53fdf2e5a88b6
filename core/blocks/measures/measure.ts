import type { LinearOperator, LossAndGradient, OperatorName, Vector } from '#core/curvature';
import type { Measurement } from '#core/train';

/** On which examples a measure is taken. */
export interface MeasuredExamples {
  split: 'train' | 'validation';
  /** Number of examples, drawn with the seed; null takes all. */
  subset: number | null;
  seed: number;
  batchNorm: 'evaluation' | 'batch';
  /** At least so many batches. */
  leastBatches?: number;
}

/** A network in training as a measure sees it: its loss as a function of its weights, at this moment. */
export interface Probe {
  /** All parameters in one vector, now and before the first step. */
  readonly weights: Vector;
  readonly first: Vector;
  /** A matrix of the loss's curvature, compiled once for the whole training. */
  operator(name: OperatorName): Promise<LinearOperator>;
  /** Loss and gradient at the weights. */
  gradient(): Promise<LossAndGradient>;
  /** The loss at the weights, or at the weights plus a vector. */
  loss(offset?: Vector): Promise<number>;
  /**
   * The curvature above which the optimizer's step is no longer stable, at the present learning rate; absent where it is not known for the optimizer or
   * where the loss that is measured is not the one that is trained on.
   */
  readonly stableCurvature?: number;
  readonly signal?: AbortSignal;
}

/** Something that is measured of a network while it trains, at some steps. */
export interface Measure {
  /** Steps between two measurements; null: `everyEpochs`, and where that is null too, one epoch. */
  every: number | null;
  everyEpochs: number | null;
  /** Absent: it looks at the weights alone. */
  examples?: MeasuredExamples;
  /** Passes over the examples that it usually costs; a training step is one pass over its batch. */
  passes: number;
  /** One figure or several, named after the measure: `''` for the first, `2`, `3` for others. */
  take(probe: Probe): Promise<(Omit<Measurement, 'name'> & { suffix?: string })[]>;
}
