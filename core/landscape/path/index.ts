export { barrier, type Barrier } from './barrier';
export { BandTrainer, type BandTraining } from './band-trainer';
export { BendTrainer } from './bend-trainer';
export { evaluatePath, type PathPoint } from './evaluate';
export { distanceBetween, lengths, pointAt, type WeightPath, type Weights } from './geometry';
export type { PathState, PathTrainer, PathTraining } from './trainer';
