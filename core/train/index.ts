export * from './contracts';
export { targetOf, targetWidth } from './data';
export type { Part, TrainingData } from './data';
export { nonFinite } from './diverged';
export { judgeBatch, keptWidth } from './objective';
export { stepsPerEpoch } from './epoch';
export { Evaluator, measureAll, weightFeeds } from './evaluate';
export type { Evaluation, WeightFeeds } from './evaluate';
export type { CheckpointReason, Scores, StepRecord, TrainerEvent } from './events';
export { copyMembers, memberTensors, PopulationEvaluator, PopulationTrainer, programsOf } from './population';
export type {
  Member, MemberEnd, MemberProgress, PopulationEvent, PopulationOptions, PopulationProgress, PopulationState, PopulationStepRecord, Variant,
} from './population';
export { confusionMatrix, predictionsOf, probabilities, unscale } from './predictions';
export type { Problem } from './predictions';
export type { Progress, StateTensor, TrainerState } from './state';
export { globalNorm, traceStep } from './step';
export type { StepGraph, StepParts, StepShapes } from './step';
export { stepShapes } from './step-source';
export { Trainer } from './trainer';
export type { TrainerOptions } from './trainer';
export type { RunOptions } from './loop';
export { trainingSchema } from './training';
export type { Training } from './training';
export { watchOf } from './watch';
export type { Watch } from './watch';
export { chunkGraph, type ChunkGraph } from './chunk';
