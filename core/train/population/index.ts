export { PopulationEvaluator } from './evaluate';
export type { PopulationEvent, PopulationStepRecord } from './events';
export type { Member, PopulationOptions, Variant } from './members';
export { copyMembers, memberTensors } from './stack';
export type { MemberEnd, MemberProgress, PopulationProgress, PopulationState } from './state';
export { programsOf } from './step';
export { PopulationTrainer } from './trainer';
