import type { Tensor } from '#core/graph';

/** An elementwise nonlinearity. */
export type Activation = (x: Tensor) => Tensor;
