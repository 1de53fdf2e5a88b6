import type { Weights, WeightPath } from './geometry';

/** How a path's inner points are trained. */
export interface PathTraining {
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly momentum: number;
  readonly seed: number;
}

/** What a training is continued from: the same steps follow as if it had not been stopped. */
export interface PathState {
  readonly step: number;
  readonly weights: Readonly<Record<string, Weights>>;
  readonly numbers: Readonly<Record<string, readonly number[]>>;
}

/** A training of a path, one step at a time. */
export interface PathTrainer {
  /** Steps done, and all that there will be. */
  readonly step: number;
  readonly steps: number;
  /** One step; the mean loss of its mini-batch. Throws the signal's reason when it is aborted within: the step is then not done. */
  advance(signal?: AbortSignal): Promise<number>;
  /** The path as it is now. */
  path(): Promise<WeightPath>;
  state(): Promise<PathState>;
  dispose(): Promise<void>;
}

/**
 * Factor of the learning rate at a share of the training: 1 in the first half, then falling on a line to 0.01 at nine tenths (Garipov et
 * al. 2018, appendix A.2).
 */
export function rateFactor(progress: number): number {
  if (progress <= 0.5) return 1;
  return progress < 0.9 ? 1 - (0.99 * (progress - 0.5)) / 0.4 : 0.01;
}
