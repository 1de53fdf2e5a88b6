import type { Tensor } from '#core/graph';

/** How a network's raw outputs become predictions: probabilities over classes, one probability a class, or the value itself. */
export type Link = 'softmax' | 'sigmoid' | 'identity';

/** What is minimized. */
export interface Loss {
  /** How many numbers the network must put out for one example. */
  outputs: number;
  link: Link;
  /**
   * The loss of every example, `[batch]`; the trainer takes the mean.
   * `output: [batch, outputs]`; `target: [batch]` int32 classes, or `[batch, targets]` float32 (standardized).
   */
  perExample(output: Tensor, target: Tensor): Tensor;
}
