import type { Tensor } from '#core/graph';
import type { Tensors } from '#core/nn';

/** How a network's raw outputs become predictions: probabilities over classes, one probability a class, or the value itself. */
export type Link = 'softmax' | 'sigmoid' | 'identity';

/** What is minimized. */
export interface Loss {
  /** How many numbers the network must put out for one example; for one step in language modelling. */
  outputs: number;
  link: Link;
  /**
   * The loss of every example, `[batch]`; the trainer takes the mean.
   * `output: [batch, outputs]`; `target: [batch]` int32 classes, or `[batch, targets]` float32 (standardized).
   * Language modelling: `output: [batch, steps, outputs]`, `target: [batch, steps]` int32 tokens, -1 where none is asked for.
   */
  perExample(output: Tensor, target: Tensor, auxiliary?: Tensors): Tensor;
  /** Terms of the network's own that it takes: the divergence of a variational autoencoder. */
  auxiliary?: readonly string[];
  /**
   * What the metrics are computed from where raw outputs would be too many: `[batch, width]`. Language modelling: the mean of
   * minus the log-probability of the true tokens, and the share of right ones. Reconstruction: the mean squared error.
   */
  kept?: { width: number; of(output: Tensor, target: Tensor): Tensor };
}
