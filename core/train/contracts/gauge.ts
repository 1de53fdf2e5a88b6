import type { StateTensor } from '../state';

/** A figure that was measured of a network between two steps. */
export interface Measurement {
  name: string;
  /** NaN where it is not defined at these weights. */
  value: number;
  /** Of an eigenvalue: `|A v - value v|`; some eigenvalue lies within it. */
  residual?: number;
  /** Whether the residual is below the tolerance that was asked for. */
  converged?: boolean;
  /** Of an estimate: the 95 % interval. */
  interval?: readonly [number, number];
  /** The value above which the optimizer is no longer stable. */
  threshold?: number;
}

/** What is measured of the weights in the course of a training. It looks at copies: the training is not touched. */
export interface Gauge {
  /** Whether something is measured after so many steps. */
  due(step: number): boolean;
  /** @param member of a population: which network the weights are of */
  take(at: {
    step: number;
    learningRate: number;
    parameters: Readonly<Record<string, StateTensor>>;
    buffers: Readonly<Record<string, StateTensor>>;
    member?: number;
    signal?: AbortSignal;
  }): Promise<Measurement[]>;
  dispose(): Promise<void>;
}
