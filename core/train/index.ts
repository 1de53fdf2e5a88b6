export * from './contracts';
export type { CheckpointReason, Scores, StepRecord, TrainerEvent } from './events';
export type { Progress, StateTensor, TrainerState } from './state';
export { trainingSchema } from './training';
export type { Training } from './training';
