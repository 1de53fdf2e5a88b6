import type { CurvatureParameter, CurvatureProblem } from '../problem';

type Buffers = CurvatureProblem['buffers'];

/** What measures need to know besides the loss: which task it is, and where training began. */
export interface MeasureProblem extends CurvatureProblem {
  /** Classification: how many classes. Labels are the batches' `y`; one output of two classes is the log-odds of the second. */
  readonly classes?: number;
  /** Inputs are tokens, kept as numbers: there is nothing between two of them. */
  readonly tokens?: boolean;
  /** Weights and statistics before training; the shapes are those of `parameters` and `buffers`. */
  readonly initial?: {
    readonly parameters: Readonly<Record<string, CurvatureParameter>>;
    readonly buffers: Buffers;
  };
}

/** A run's weights cover two sets of numbers under one name: parameters, and statistics beside them. */
export interface State {
  readonly parameters: Readonly<Record<string, CurvatureParameter>>;
  readonly buffers: Buffers;
}
