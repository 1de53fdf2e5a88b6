import type { DType } from '#core/graph';
import type { Task } from '#core/nn';

/** The examples of one part (training, validation, test), ready for the network. */
export interface Part {
  count: number;
  /** `[count, ...exampleShape]`, row by row. */
  x: Float32Array;
  /**
   * Classification: the class of each example. Regression: standardized targets `[count, targets]`. Language modelling: the token
   * after each one, `[count, steps]`, -1 where none is asked for. Reconstruction: `x` itself.
   */
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

/** One example's target: its shape (without the batch axis) and type. */
export function targetOf({ task, exampleShape, targets = 1 }: Pick<TrainingData, 'task' | 'exampleShape' | 'targets'>): { shape: number[]; dtype: DType } {
  switch (task) {
    case 'classification': return { shape: [], dtype: 'int32' };
    case 'language-model': return { shape: [...exampleShape], dtype: 'int32' };
    case 'regression': return { shape: [targets], dtype: 'float32' };
    case 'reconstruction': return { shape: [exampleShape.reduce((a, b) => a * b, 1)], dtype: 'float32' };
  }
}

/** Numbers of one example's target. */
export const targetWidth = (problem: Parameters<typeof targetOf>[0]): number => targetOf(problem).shape.reduce((a, b) => a * b, 1);

/** The targets of these examples, in their order. */
export function gatherTargets(data: TrainingData, rows: Int32Array): Float64Array {
  const { train } = data;
  const width = targetWidth(data);
  return Float64Array.from({ length: rows.length * width }, (_, i) => train.y[rows[Math.floor(i / width)]! * width + (i % width)]!);
}
