export type { Augmentation } from './augmentation';
export type { Gauge, Measurement } from './gauge';
export type { Link, Loss } from './loss';
export type { Metric, Predictions } from './metric';
export type { Optimizer, ParameterSpecs, StepScalars } from './optimizer';
export type { Regularizer } from './regularizer';
export type { Schedule } from './schedule';
