import type { StateTensor, Standing } from '../state';

/** Why a member is trained no further before the others are. */
export interface MemberEnd {
  reason: 'early' | 'diverged';
  step: number;
  /** From 0. */
  epoch: number;
  /** What was no longer finite. */
  what?: string;
}

/** How far one member has come. */
export interface MemberProgress extends Standing {
  /** Sum of its loss over the examples of the epoch under way. */
  epochLoss: number;
  ended?: MemberEnd;
}

/** How far the training of a population has come, with everything that decides how it goes on. Plain JSON. */
export interface PopulationProgress {
  step: number;
  /** Epoch under way, from 0, and the batches of it that are done. */
  epoch: number;
  batch: number;
  finished: boolean;
  /** The last step after which something was measured. */
  measured?: number;
  /** The members that the program computes, in its order: ended ones are dropped when half of them have ended. */
  slots: number[];
  members: MemberProgress[];
}

/**
 * Everything a population needs to go on, bit for bit. Every tensor has the members as axis 0. A member that stopped early has the
 * weights it stopped with, one that diverged those of the last checkpoint at which they were finite.
 */
export interface PopulationState {
  progress: PopulationProgress;
  parameters: Record<string, StateTensor>;
  buffers: Record<string, StateTensor>;
  optimizer: Record<string, StateTensor>;
  epoch: Record<string, StateTensor>;
}
