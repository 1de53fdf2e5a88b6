import { UserError } from '#core/graph';
import type { ExportOptions } from '#core/landscape';
import { surfaceRequestSchema, type BatchNormMode, type CheckpointName, type Moments, type OpenRun, type SplitName, type SurfaceRequest } from '#core/runs';
import { otherWeights } from '../other-weights';

/** What `basin surface` is told, as commander reads it. */
export interface SurfaceOptions {
  plane: SurfaceRequest['plane'];
  to: string[];
  with: string[];
  align?: boolean;
  include?: NonNullable<SurfaceRequest['include']>;
  grid: SurfaceRequest['grid'];
  adaptive?: { points: number; quantity?: string };
  range?: [number, number];
  rangeY?: [number, number];
  rangeZ?: [number, number];
  split: SplitName;
  metric: string;
  subset?: number;
  seed: number;
  batchNorm: BatchNormMode;
  quantities: SurfaceRequest['quantities'];
  perClass?: boolean;
  tolerance: number;
  maxIterations: number;
  products: number;
  normalization?: NonNullable<SurfaceRequest['normalization']>;
  eigenvectors: SurfaceRequest['eigenvectors']['which'];
  eigenTolerance: number;
  eigenIterations: number;
  radius: number;
  steps: number;
  vectors?: string;
  saveDirections?: string;
  logHeight?: boolean;
  size?: [number, number];
  dpi?: number;
  theme?: 'light' | 'dark';
  points: boolean;
  contours: boolean;
  path: boolean;
  shownAs: 'surface' | 'map';
  colors: 'viridis' | 'magma' | 'cividis' | 'diverging';
  overCheckpoints?: Moments;
  follow?: boolean;
  every: number;
  recipe?: string;
  estimate?: boolean;
  list?: boolean;
  remove?: string;
  topology?: number;
  levels?: number[];
  trust?: boolean;
  out?: string;
  checkpoint?: CheckpointName;
  member?: number | 'best';
  device?: string;
  threads?: number;
  json?: boolean;
}

/** What the options ask of a run. */
export function requestOf(run: OpenRun, options: SurfaceOptions): SurfaceRequest {
  if (options.vectors !== undefined && options.plane !== 'vectors') throw new UserError('surface.vectors', `--vectors is for --plane vectors, not for --plane ${options.plane}.`);
  if (options.with.length > 0 && options.plane !== 'trajectory') throw new UserError('surface.with', `--with is for --plane trajectory, not for --plane ${options.plane}.`, { hint: 'A line, and a plane through runs, lead --to other weights.' });
  if (options.to.length > 0 && options.plane === 'trajectory') throw new UserError('surface.to', '--plane trajectory leads to no other weights.', { hint: 'Other runs\' paths come into the plane --with RUN.' });
  return surfaceRequestSchema.parse({
    plane: options.plane,
    others: [...options.to, ...options.with].map(otherWeights),
    align: options.align ?? false,
    ...(options.include && { include: options.include }),
    ...(options.normalization && { normalization: options.normalization }),
    ascent: { radius: options.radius, steps: options.steps },
    ...(options.vectors !== undefined && { vectors: { file: options.vectors } }),
    eigenvectors: { which: options.eigenvectors, tolerance: options.eigenTolerance, maxIterations: options.eigenIterations },
    seed: options.seed,
    grid: options.grid,
    ...(options.adaptive !== undefined && { adaptive: { quantity: options.metric, ...options.adaptive } }),
    ...(options.range && { range: { x: options.range, y: options.rangeY ?? options.range, ...(options.grid.length === 3 && { z: options.rangeZ ?? options.range }) } }),
    split: options.split,
    subset: options.subset ?? null,
    batchNorm: options.batchNorm,
    quantities: options.quantities,
    perClass: options.perClass ?? false,
    tolerance: options.tolerance,
    maxIterations: options.maxIterations,
    products: options.products,
    checkpoint: options.checkpoint ?? run.usualCheckpoint,
  });
}

/** How pictures and meshes are to look. */
export function lookOf({ metric, logHeight, size, dpi, theme, colors, points, contours, path, shownAs, topology }: SurfaceOptions): ExportOptions {
  return { quantity: metric, ...(logHeight && { scale: 'log' }), ...(size && { width: size[0], height: size[1] }), colorMap: colors, points, contours, path, shown: shownAs, ...(topology !== undefined && { valleys: topology }), ...(theme && { theme }), ...(dpi !== undefined && { dotsPerInch: dpi }) };
}
