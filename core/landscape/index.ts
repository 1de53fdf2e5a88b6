export * from './recipe';
export { axisCoordinates, bisectionLevels, coarseToFine } from './grid';
export { finiteExtent, lowestPoint, type Surface, type SurfaceMinimum, type SurfaceTrajectory, valueAt } from './surface';
export { type ExportOptions, exportSurface, surfaceFormatOf, surfaceFormats, type SurfaceFormat } from './export';
export { encodeNpy } from './export/npy';
