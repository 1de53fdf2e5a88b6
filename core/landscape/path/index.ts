export { barrier, type Barrier } from './barrier';
export { BandTrainer, type BandTraining } from './band-trainer';
export { BendTrainer } from './bend-trainer';
export { evaluatePath, type PathPoint } from './evaluate';
export { exportPath, type PathFileLook, type PathFormat, pathFormatOf, pathFormats } from './export';
export { distanceBetween, lengths, pathThrough, pointAt, type WeightPath, type Weights } from './geometry';
export { type PathKind, pathKinds, pathKindSchema, pathRecipeSchema, type PathRecipe, pathTitle } from './recipe';
export { type AlignmentFacts, barriersOf, knownPoints, type PathResult } from './result';
export type { PathState, PathTrainer, PathTraining } from './trainer';
