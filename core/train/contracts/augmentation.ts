import type { Tensor } from '#core/graph';

/**
 * A random change of the training examples, inside the step's graph: `x: [batch, ...exampleShape]` to the same shape.
 * `random(name)` is the key of a stream that depends on the run's seed, the step and the name, nothing else.
 */
export type Augmentation = (x: Tensor, random: (name: string) => Tensor) => Tensor;
