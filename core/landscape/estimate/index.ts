export { type EstimateOptions, estimateSurface, type SurfaceEstimate } from './estimate';
