export * from './recipe';
export { readPathRecipes, readRecipes } from './recipe-file';
export {
  assembleSurface,
  computeSurface,
  type ComputeOptions,
  evaluateCentre,
  type SurfaceChunk,
} from './compute';
export * from './estimate';
export * from './alignment';
export * from './path';
export { difference, type Direction, innerProduct, movingParameters, normalizeDirection, orthogonalize, randomDirection } from './directions';
export { type EvaluatorOptions, PlaneEvaluator } from './evaluator';
export { PointEvaluator, type PointOptions } from './point-evaluator';
export { WeightEvaluator } from './weight-evaluator';
export { axisCoordinates, bisectionLevels, coarseToFine, gridAxes, gridSize, gridTitle, pointCount } from './grid';
export { axisNames, directionsOf, eigenvalueText, planeTitle, surfaceTitle } from './describe';
export * from './curvature-recipe';
export { PlaneCurvature } from './plane-curvature';
export { buffersAt } from './calibration';
export { ascentSeconds, steepestAscent } from './ascent';
export { ascentEndSchema, type AxisEigenvalue, axisEigenvalueSchema, type GivenDirections } from './given';
export { findHoles, type Holes } from './holes';
export { GradientEvaluator, lossGradient } from './gradient';
export { type Anchor, makePlane, type Plane, planeAround, type PlanePath, type PlaneSources, rangesAround } from './plane';
export { pathColor, pathColors } from './legend';
export { type Checkpoint, type CheckpointPath, type ProjectedPath, type TrajectoryPlane, trajectoryPlane } from './principal';
export type { Calibration, LandscapeBatch, LandscapeParameter, LandscapeProblem, ParameterKind, QuantityFinish } from './problem';
export { computeSurfaceIn, evaluatedPaths, type ResumableOptions, type SurfaceEvent } from './resumable';
export { openSurface, saveSurface } from './store';
export { computedMask, finiteExtent, interpolated, lowestPoint, lowestPoints, notConverged, type OtherTrajectory, placeOf, progressOf, type Surface, type SurfaceMinimum, type SurfaceTrajectory, valueAt } from './surface';
export { type ExportOptions, exportSurface, surfaceFormatOf, surfaceFormats, type SurfaceFormat } from './export';
export { defaultLevels, type IsoSurface, isoSurface, shareBelow, type VolumeField, type VolumeFrame } from './volume';
export { isoLevels } from './export/iso';
export { type DrawnPath, drawnPaths } from './export/paths';
export { checkComparable, comparisonFormats, type ComparisonFormat, type ComparisonOptions, exportComparison, mostCompared, surfaceFigures, type SurfaceFigures, volumeBesideOthers } from './export/compare';
export { checkSeriesFormat, exportSeries, seriesFormats, type SeriesFormat, type SeriesOptions } from './export/series';
export { axes, axisBelow, type Palette, palettes } from './export/chart';
export { colorTable, sampleColor } from './export/colors';
export { formatNumber } from './export/height';
export { drawColorBar } from './export/map';
export { decodeNpy, encodeNpy } from './export/npy';
export { type TrustCheck, trustChecks, type TrustOptions } from './trust';
export { type CriticalPoint, type MeasuredBasin, type MergeNode, type PersistencePair, quantityTopology, surfaceTopology, type Topology, type TopologyOptions } from './topology';
