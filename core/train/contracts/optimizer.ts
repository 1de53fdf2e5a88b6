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
