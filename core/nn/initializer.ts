import type { Philox } from '#core/graph';
import type { ParameterSpec } from './module';

/** Draws the first values of one weight. The stream is keyed by the run's seed and the parameter's name. */
export type Initializer = (parameter: Omit<ParameterSpec, 'initial'>, random: Philox) => Float32Array;
