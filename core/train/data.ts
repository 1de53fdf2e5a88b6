import type { Task } from '#core/nn';

/** The examples of one part (training, validation, test), ready for the network. */
export interface Part {
  count: number;
  /** `[count, ...exampleShape]`, row by row. */
  x: Float32Array;
  /** Classification: the class of each example. Regression: standardized targets `[count, targets]`. */
  y: Int32Array | Float32Array;
}

/** What training needs of a data set. */
export interface TrainingData {
  task: Task;
  exampleShape: readonly number[];
  /** Number of classes; of targets in regression. */
  classes?: number;
  targets?: number;
  /** Regression: standardized target times `scale` plus `mean` is the target in its own unit. */
  targetScaling?: readonly { mean: number; scale: number }[];
  train: Part;
  validation?: Part;
}

/** The targets of these examples, in their order. */
export function gatherTargets({ train, task, targets = 1 }: TrainingData, rows: Int32Array): Float64Array {
  const width = task === 'classification' ? 1 : targets;
  return Float64Array.from({ length: rows.length * width }, (_, i) => train.y[rows[Math.floor(i / width)]! * width + (i % width)]!);
}
