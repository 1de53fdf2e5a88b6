import type { Tensor } from '#core/graph';
import type { Tensors } from '#core/nn';
import type { ParameterSpecs } from './optimizer';

/** A term added to the mean loss of the batch. */
export interface Regularizer {
  /** A scalar, its strength included. */
  penalty(options: { specs: ParameterSpecs; parameters: Tensors }): Tensor;
}
