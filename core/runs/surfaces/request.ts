import { createHash } from 'node:crypto';
import { z } from 'zod';
import { strictObject, UserError } from '#core/graph';
import { curvatureQuantities, directionsOf, gridTitle, includeSchema, normalizationSchema, rangesAround, surfaceCurvatureSchema, type Axis, type Grid, type Plane, type PlaneRecipe, type SurfaceRecipe, type WeightsReference } from '#core/landscape';
import { splitNames } from '../specification/schema';
import { checkpointSchema, otherWeightsSchema } from './weights';
import { batchNormSchema } from './batch-norm';

const range = z.tuple([z.number(), z.number()]).refine(([from, to]) => from < to, { error: 'a range goes upwards: [from, to]' });

const count = z.int().min(1).max(2049);

/** What a person asks for; everything else of a surface's recipe follows from the run. */
export const surfaceRequestSchema = strictObject({
  plane: z.enum(['random', 'trajectory', 'line', 'through', 'gradient']).default('random').describe('Which directions span the picture.'),
  others: z.array(otherWeightsSchema).max(3).default([]).describe('Where the plane leads: one end of a line, or the two (three) that with the centre span a plane (a volume).'),
  seed: z.int().min(0).default(0).describe('Draws the directions and the subset.'),
  normalization: normalizationSchema.default('filter'),
  include: includeSchema.default('weights'),
  grid: z.union([z.tuple([count, count]), z.tuple([count, count, count])]).default([51, 51]).describe('Points along x and y; a third number makes a volume.'),
  range: z.object({ x: range, y: range, z: range.optional() }).optional().describe('Absent: -1 to 1, and for a trajectory the path with a margin.'),
  split: z.enum(splitNames).default('train'),
  subset: z.int().min(1).nullable().default(null).describe('Number of examples; null takes all.'),
  checkpoint: checkpointSchema.default('last').describe('Weights at the centre.'),
  batchNorm: batchNormSchema.default('evaluation'),
  quantities: z.array(z.enum(curvatureQuantities)).default([]).describe('What else is computed at every point: the norm of the gradient, the largest eigenvalue and the trace of the Hessian.'),
  perClass: z.boolean().default(false).describe('Loss and accuracy of each class, too.'),
  tolerance: surfaceCurvatureSchema.shape.tolerance,
  maxIterations: surfaceCurvatureSchema.shape.maxIterations,
  products: surfaceCurvatureSchema.shape.products,
});
export type SurfaceRequest = z.infer<typeof surfaceRequestSchema>;

/**
 * The plane that is asked for.
 *
 * @param others the weights it leads to
 * @throws UserError where they are too few or too many for it
 */
export function planeRecipe({ plane, seed, normalization, include, grid }: SurfaceRequest, others: readonly WeightsReference[]): PlaneRecipe {
  const [first, second, third] = others;
  const volume = grid.length === 3;
  if (volume && plane === 'line') {
    throw new UserError('surface.volume', `a line has one axis, the grid ${grid.join('x')} asks for three`, { hint: `Use the grid ${grid[0]}x1, or another plane: random, trajectory, through or gradient.` });
  }
  const wanted = { random: [0], trajectory: [0], gradient: [0], line: [0, 1], through: [volume ? 3 : 2] }[plane];
  if (!wanted.includes(others.length)) {
    throw new UserError('surface.others', `a ${plane} ${volume ? 'volume' : 'plane'} is laid with ${wanted.join(' or ')} other weights, ${others.length} were given`, {
      hint: 'A plane through three weights takes two others, a volume through four takes three, a line takes one.',
    });
  }
  const axes = volume ? ({ axes: 3 } as const) : {};
  switch (plane) {
    case 'trajectory':
      return { kind: 'trajectory', steps: [], ...axes };
    case 'line':
      return { kind: 'line', seed, normalization, include, ...(first && { to: first }) };
    case 'through':
      return { kind: 'through', of: volume ? [first!, second!, third!] : [first!, second!] };
    case 'gradient':
      return { kind: 'gradient', seed, normalization, include, ...axes };
    case 'random':
      return { kind: 'random', seed, normalization, include, orthogonal: false, ...axes };
  }
}

/** Axes of the picture: as asked for; else around the path of a trajectory plane or the weights it leads to; else from -1 to 1. */
export function gridOf({ plane: kind, grid: [nx, ny, nz], range: asked }: SurfaceRequest, plane: Plane): Grid {
  const axes = directionsOf(plane.recipe);
  const places = kind === 'trajectory' ? plane.path?.points : plane.anchors && Float64Array.from(plane.anchors.flatMap(({ x, y, z }) => [x, y, z ?? 0].slice(0, axes)));
  const around = places && rangesAround(places, axes);
  const axis = (name: 'x' | 'y' | 'z', count: number): Axis => {
    const found = around?.[['x', 'y', 'z'].indexOf(name)];
    const [from, to] = asked?.[name] ?? [found?.from ?? -1, found?.to ?? 1];
    return { from, to, count };
  };
  return {
    x: axis('x', nx),
    y: kind === 'line' ? { from: 0, to: 0, count: 1 } : axis('y', ny),
    ...(nz !== undefined && { z: axis('z', nz) }),
  };
}

/** The name of a surface's folder: readable, and the same for the same picture, however it was asked for. */
export function surfaceName(recipe: SurfaceRecipe): string {
  const { plane, split, grid } = recipe;
  const hash = createHash('sha256').update(JSON.stringify(recipe)).digest('hex').slice(0, 8);
  return `${plane.kind}-${split}-${gridTitle(grid, 'x')}-${hash}`;
}
