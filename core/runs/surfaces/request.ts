import { createHash } from 'node:crypto';
import { z } from 'zod';
import { strictObject, UserError } from '#core/graph';
import { adaptiveSchema, curvatureQuantities, eigenvectorChoiceSchema, gridTitle, includeSchema, normalizationSchema, pathColors, surfaceCurvatureSchema, type PlaneRecipe, type SurfaceRecipe, type WeightsReference } from '#core/landscape';
import type { GivenVectors } from './vectors';
import { splitNames } from '../specification/schema';
import { checkpointSchema, otherWeightsSchema } from './weights';
import { batchNormSchema } from './batch-norm';

const range = z.tuple([z.number(), z.number()]).refine(([from, to]) => from < to, { error: 'a range goes upwards: [from, to]' });

const count = z.int().min(1).max(2049);

/** Other runs in one plane: as many as there are colours to tell them apart, this run's taking one. */
const MOST_OTHERS = pathColors.length - 1;

/** What a person asks for; everything else of a surface's recipe follows from the run. */
export const surfaceRequestSchema = strictObject({
  plane: z.enum(['random', 'trajectory', 'line', 'through', 'gradient', 'eigenvectors', 'ascent', 'vectors']).default('random').describe('Which directions span the picture.'),
  others: z.array(otherWeightsSchema).max(MOST_OTHERS).default([]).describe('Where the plane leads: one end of a line, or the two (three) that with the centre span a plane (a volume); of a trajectory the ends of other runs\' paths, which span the plane together with this one\'s.'),
  align: z.boolean().default(false).describe('Of a trajectory with other runs: match the units of their networks with this one\'s first (Git Re-Basin, weight matching).'),
  seed: z.int().min(0).default(0).describe('Draws the directions and the subset.'),
  normalization: normalizationSchema.optional().describe('Absent: filter; for eigenvectors, ascent and vectors none.'),
  include: includeSchema.optional().describe('Absent: weights; for eigenvectors and ascent all.'),
  eigenvectors: strictObject({
    which: eigenvectorChoiceSchema.default('top2'),
    tolerance: z.number().positive().max(1).default(1e-3),
    maxIterations: z.int().min(1).max(2000).default(100),
  }).prefault({}).describe('Which eigenvectors of the Hessian, and how exactly.'),
  ascent: strictObject({
    radius: z.number().positive().default(0.05),
    steps: z.int().min(1).max(1000).default(20),
  }).prefault({}).describe('The ball that is searched for the highest loss, and how long.'),
  vectors: z.union([strictObject({ file: z.string() }), strictObject({ kept: z.string().regex(/^[0-9a-f]{16}$/), name: z.string() })]).optional().describe('A file of directions, or hash and name of one that the run keeps.'),
  grid: z.union([z.tuple([count, count]), z.tuple([count, count, count])]).default([51, 51]).describe('Points along x and y; a third number makes a volume.'),
  adaptive: adaptiveSchema.optional().describe('So many points of the grid, chosen where the surface bends; absent: all of them.'),
  range: z.object({ x: range, y: range, z: range.optional() }).optional().describe('Absent: -1 to 1; for a trajectory the path with a margin; for unit eigenvectors as far as the loss is seen to bend; for an ascent twice the ball.'),
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
 * @param vectors the file of directions, where one was given
 * @throws UserError where they are too few or too many for it
 */
export function planeRecipe({ plane, seed, eigenvectors, ascent, grid, align, ...asked }: SurfaceRequest, others: readonly WeightsReference[], vectors?: GivenVectors['reference']): PlaneRecipe {
  const [first, second, third] = others;
  const { normalization = 'filter', include = 'weights' } = asked;
  const volume = grid.length === 3;
  if (grid[0] === 1 || grid[2] === 1 || (volume && grid[1] === 1)) {
    const shape = grid.filter((points) => points > 1);
    throw new UserError('surface.grid', `the grid ${grid.join('x')} has an axis of a single point`, { hint: `Use the grid ${shape.length > 1 ? shape.join('x') : `${shape[0] ?? 51}x1, a line through the centre`}.` });
  }
  if (volume && plane === 'line') {
    throw new UserError('surface.volume', `a line has one axis, the grid ${grid.join('x')} asks for three`, { hint: `Use the grid ${grid[0]}x1, or another plane: random, trajectory, through or gradient.` });
  }
  if (volume && (plane === 'eigenvectors' || plane === 'ascent')) {
    throw new UserError('surface.volume', `${plane} span a plane, the grid ${grid.join('x')} asks for a third axis`, { hint: `Use the grid ${grid[0]}x${grid[1]}, or another plane: random, trajectory, through or gradient.` });
  }
  if (align && (plane !== 'trajectory' || others.length === 0)) {
    throw new UserError('surface.align', 'units are matched with those of other runs in the plane of a trajectory, and none was given', { hint: 'Name other runs with --with, or leave --align out.' });
  }
  const any = Array.from({ length: MOST_OTHERS + 1 }, (_, count) => count);
  const wanted = { random: [0], trajectory: any, gradient: [0], eigenvectors: [0], ascent: [0], vectors: [0], line: [0, 1], through: [volume ? 3 : 2] }[plane];
  if (!wanted.includes(others.length)) {
    throw new UserError('surface.others', `a ${plane} ${volume ? 'volume' : 'plane'} is laid with ${wanted.join(' or ')} other weights, ${others.length} were given`, {
      hint: 'A plane through three weights takes two others, a volume through four takes three, a line takes one.',
    });
  }
  const axes = volume ? ({ axes: 3 } as const) : {};
  switch (plane) {
    case 'trajectory':
      return { kind: 'trajectory', steps: [], ...(others.length > 0 && { with: others.map((run) => ({ ...run, steps: [] })) }), ...(align && { align: { seed } }), ...axes };
    case 'line':
      return { kind: 'line', seed, normalization, include, ...(first && { to: first }) };
    case 'through':
      return { kind: 'through', of: volume ? [first!, second!, third!] : [first!, second!] };
    case 'gradient':
      return { kind: 'gradient', seed, normalization, include, ...axes };
    case 'eigenvectors':
      return { kind: 'eigenvectors', seed, normalization: asked.normalization ?? 'none', include: asked.include ?? 'all', ...eigenvectors };
    case 'ascent':
      return { kind: 'ascent', seed, normalization: asked.normalization ?? 'none', include: asked.include ?? 'all', ...ascent };
    case 'vectors':
      if (vectors === undefined) throw new UserError('surface.vectors', 'a plane of given vectors needs a file of directions', { hint: 'Name a safetensors file: --vectors FILE.' });
      if ((vectors.count === 3) !== volume) {
        throw new UserError('surface.vectors', `${vectors.file} holds ${vectors.count} directions, the grid ${grid.join('x')} has ${grid.length} axes`, { hint: volume ? `Use the grid ${grid[0]}x${grid[1]}.` : `Use a grid of three numbers, like ${grid[0]}x${grid[1]}x21.` });
      }
      return { kind: 'vectors', ...vectors, normalization: asked.normalization ?? 'none' };
    case 'random':
      return { kind: 'random', seed, normalization, include, orthogonal: false, ...axes };
  }
}

/** The name of a surface's folder: readable, and the same for the same picture, however it was asked for. */
export function surfaceName(recipe: SurfaceRecipe): string {
  const { plane, split, grid, adaptive } = recipe;
  const hash = createHash('sha256').update(JSON.stringify(recipe)).digest('hex').slice(0, 8);
  return `${plane.kind}-${split}-${gridTitle(grid, 'x')}${adaptive ? `-${adaptive.points}` : ''}-${hash}`;
}
