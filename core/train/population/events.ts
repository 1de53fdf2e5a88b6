import type { Measurement } from '../contracts';
import type { CheckpointReason, Scores } from '../events';
import type { MemberEnd, PopulationState } from './state';

/** One step of all members: one number a member, NaN for a member that has ended. Losses and norms belong to the weights before the step. */
export interface PopulationStepRecord {
  /** From 1. */
  step: number;
  /** From 0. */
  epoch: number;
  loss: Float64Array;
  learningRate: Float64Array;
  gradientNorm: Float64Array;
}

export type PopulationEvent =
  | { kind: 'steps'; steps: PopulationStepRecord[]; examplesPerSecond: number; remainingSeconds: number }
  | {
    kind: 'epoch';
    step: number;
    /** The epoch that is complete, from 0. */
    epoch: number;
    /** One entry a member; absent for a member that has ended. */
    train: (Scores | undefined)[];
    validation?: (Scores | undefined)[];
  }
  /** Members that are trained no further, while the others go on. */
  | { kind: 'ended'; members: { member: number; end: MemberEnd }[] }
  /** Figures of the weights after `step` steps, one list a member; absent for a member that has ended. */
  | { kind: 'measures'; step: number; measurements: (Measurement[] | undefined)[] }
  | {
    kind: 'checkpoint';
    reasons: CheckpointReason[];
    /** The members whose weights are their best so far. */
    best: number[];
    state: PopulationState;
  }
  | { kind: 'end'; reason: 'finished' | 'stopped'; step: number; epoch: number };
