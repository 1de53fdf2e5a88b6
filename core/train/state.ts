import type { TypedArray } from '#core/graph';

/** How a network stands in what early stopping and the best checkpoint watch. */
export interface Standing {
  /** The best value so far, with the validation loss; absent before the first validation. */
  best?: { value: number; loss: number; step: number; epoch: number };
  /** The watched value when it last made progress, and the epochs since. */
  reference?: number;
  stale: number;
}

/** How far a training has come, with everything that decides how it goes on. Plain JSON. */
export interface Progress extends Standing {
  /** Steps done. */
  step: number;
  /** Epoch under way, from 0, and the batches of it that are done. */
  epoch: number;
  batch: number;
  /** Sum of the loss over the examples of the epoch under way. */
  epochLoss: number;
  finished: boolean;
  /** The last step after which something was measured. */
  measured?: number;
}

export interface StateTensor {
  shape: readonly number[];
  data: TypedArray;
}

/**
 * Everything a training needs to go on, bit for bit: `parameters`, `buffers` and `optimizer` under their PyTorch names, and
 * `epoch` (what the epoch under way has gathered for its metrics). Random numbers need no state: they are keyed by seed, step and name.
 */
export interface TrainerState {
  progress: Progress;
  parameters: Record<string, StateTensor>;
  buffers: Record<string, StateTensor>;
  optimizer: Record<string, StateTensor>;
  epoch: Record<string, StateTensor>;
}
