export { type EstimateOptions, estimateSurface, estimateSurfaces, type SurfaceEstimate, type SurfaceWork } from './estimate';
