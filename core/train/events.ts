import type { Measurement } from './contracts';
import type { TrainerState } from './state';

/** One training step. Loss and norm belong to the weights before the step. */
export interface StepRecord {
  /** From 1. */
  step: number;
  /** From 0. */
  epoch: number;
  loss: number;
  learningRate: number;
  /** Euclidean norm of the whole gradient, before clipping. */
  gradientNorm: number;
}

/** Figures of one part of the data. Metrics by the names the run gave them. */
export interface Scores {
  loss: number;
  metrics: Record<string, number>;
}

/** Why a checkpoint is offered; several may hold at once. */
export type CheckpointReason = 'initial' | 'epoch' | 'best' | 'pause' | 'end';

export type TrainerEvent =
  | { kind: 'steps'; steps: StepRecord[]; examplesPerSecond: number; remainingSeconds: number }
  | {
    kind: 'epoch';
    step: number;
    /** The epoch that is complete, from 0. */
    epoch: number;
    /** Measured on the batches as they were trained on: dropout and augmentation on, weights moving. */
    train: Scores;
    /** Absent without a validation part. */
    validation?: Scores;
    /** Whether this is the best epoch so far. */
    best: boolean;
  }
  /** Figures of the weights after `step` steps; 0: before the first. */
  | { kind: 'measures'; step: number; measurements: Measurement[] }
  | { kind: 'checkpoint'; reasons: CheckpointReason[]; state: TrainerState }
  | { kind: 'end'; reason: 'finished' | 'early' | 'stopped'; step: number; epoch: number };
