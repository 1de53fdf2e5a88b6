import { createHash } from 'node:crypto';
import { z } from 'zod';
import { strictObject } from '#core/graph';
import { normalizationSchema, rangesAround, type Grid, type Plane, type PlaneRecipe, type SurfaceRecipe } from '#core/landscape';
import { splitNames } from '../specification/schema';

const range = z.tuple([z.number(), z.number()]).refine(([from, to]) => from < to, { error: 'a range goes upwards: [from, to]' });

/** What a person asks for; everything else of a surface's recipe follows from the run. */
export const surfaceRequestSchema = strictObject({
  plane: z.enum(['random', 'trajectory', 'line']).default('random').describe('Which directions span the picture.'),
  seed: z.int().min(0).default(0).describe('Draws the directions and the subset.'),
  normalization: normalizationSchema.default('filter'),
  grid: z.tuple([z.int().min(1).max(2049), z.int().min(1).max(2049)]).default([51, 51]).describe('Points along x and y.'),
  range: z.object({ x: range, y: range }).optional().describe('Absent: -1 to 1, and for a trajectory the path with a margin.'),
  split: z.enum(splitNames).default('train'),
  subset: z.int().min(1).nullable().default(null).describe('Number of examples; null takes all.'),
  checkpoint: z.union([z.enum(['init', 'last', 'best']), z.int().min(0)]).default('last').describe('Weights at the centre.'),
  batchNorm: z.enum(['evaluation', 'batch']).default('evaluation'),
});
export type SurfaceRequest = z.infer<typeof surfaceRequestSchema>;

export function planeRecipe({ plane, seed, normalization }: SurfaceRequest): PlaneRecipe {
  if (plane === 'trajectory') return { kind: 'trajectory', steps: [] };
  if (plane === 'line') return { kind: 'line', seed, normalization, include: 'weights' };
  return { kind: 'random', seed, normalization, include: 'weights', orthogonal: false };
}

/** Axes of the picture: as asked for, around the path of a trajectory plane, else from -1 to 1. */
export function gridOf({ plane: kind, grid: [nx, ny], range: asked }: SurfaceRequest, plane: Plane): Grid {
  const around = kind === 'trajectory' && plane.path ? rangesAround(plane.path.points) : undefined;
  const axis = (name: 'x' | 'y', count: number) => {
    const [from, to] = asked?.[name] ?? [around?.[name].from ?? -1, around?.[name].to ?? 1];
    return { from, to, count };
  };
  return { x: axis('x', nx), y: kind === 'line' ? { from: 0, to: 0, count: 1 } : axis('y', ny) };
}

/** The name of a surface's folder: readable, and the same for the same picture, however it was asked for. */
export function surfaceName(recipe: SurfaceRecipe): string {
  const { plane, split, grid } = recipe;
  const hash = createHash('sha256').update(JSON.stringify(recipe)).digest('hex').slice(0, 8);
  return `${plane.kind}-${split}-${grid.x.count}x${grid.y.count}-${hash}`;
}
