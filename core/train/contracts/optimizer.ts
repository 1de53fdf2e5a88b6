import type { Tensor } from '#core/graph';
import type { ParameterSpec, Tensors } from '#core/nn';

export type ParameterSpecs = Readonly<Record<string, ParameterSpec>>;

/** The learning rate of this step (the schedule is in it) and the number of this step, 1 for the first. Both float32 scalars. */
export interface StepScalars {
  learningRate: Tensor;
  step: Tensor;
}

/**
 * An update rule as a graph: it is traced into the training step and runs where the step runs.
 * The state is a flat record of arrays; by habit `exp_avg.layers.0.weight`, PyTorch's name of the quantity and the
 * parameter it belongs to.
 */
export interface Optimizer {
  /** The base learning rate, which the schedule multiplies. */
  learningRate: number;
  /**
   * Where the gradient of a step is taken: the parameters, moved by what the gradient at hand says (sharpness-aware minimization).
   * Absent: at the parameters themselves. `gradients` are those of the mean loss of the batch, without penalties.
   */
  lookout?(options: { specs: ParameterSpecs; parameters: Tensors; gradients: Tensors }): Record<string, Tensor>;
  /**
   * The largest eigenvalue of the loss's Hessian at which full-batch steps are still stable on a quadratic, at a learning rate; absent where it
   * is not a function of the Hessian alone.
   */
  stableCurvature?(learningRate: number): number;
  /** The state before the first step. */
  initialState(parameters: ParameterSpecs): Record<string, { shape: readonly number[]; value: number }>;
  update(options: {
    specs: ParameterSpecs;
    parameters: Tensors;
    gradients: Tensors;
    state: Tensors;
    scalars: StepScalars;
  }): { parameters: Record<string, Tensor>; state: Record<string, Tensor> };
}
