export { type EstimateOptions, estimateSurface, type SurfaceEstimate } from './estimate';
export { secondsSince, Times } from './times';
