import type { Philox } from '#core/graph';
import type { ParameterSpec } from './module';

/**
 * Draws the first values of one weight. `random` is keyed by the run's seed and the parameter's name; `stream` gives the run's
 * stream of another name, for weights that are drawn together.
 */
export type Initializer = (
  parameter: Omit<ParameterSpec, 'initial'>,
  random: Philox,
  stream: (name: string) => Philox,
) => Float32Array;
