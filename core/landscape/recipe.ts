import { z } from 'zod';
import { surfaceCurvatureSchema } from './curvature-recipe';

/** How random directions are scaled against the weights they perturb (Li et al. 2018, section 4). */
export const normalizationSchema = z
  .enum(['filter', 'layer', 'weight', 'none'])
  .describe('filter: each filter (row of a dense layer) gets the norm of the weight\'s own filter; layer: each tensor does; weight: each entry does');
export type Normalization = z.infer<typeof normalizationSchema>;

export const includeSchema = z
  .enum(['weights', 'biases', 'all'])
  .describe('weights: biases and normalisation parameters stay where they are, as in the paper; biases: the biases move too; all: so do the scales and shifts of normalisation layers');
export type Include = z.infer<typeof includeSchema>;

/** Other weights of the same network that a plane leads to. */
export const weightsReferenceSchema = z.strictObject({
  run: z.string().describe('id of the run that holds them'),
  name: z.string().describe('what the picture calls them'),
  checkpoint: z.string(),
  member: z.int().optional().describe('of a population'),
  fingerprint: z.string().describe('hash of the weights'),
});
export type WeightsReference = z.infer<typeof weightsReferenceSchema>;

/** Absent: two directions. Three of them span a volume. */
const axes = z.literal(3).optional().describe('number of directions, where the picture is a volume');

const randomPlane = z.strictObject({
  kind: z.literal('random'),
  seed: z.int().min(0).default(0),
  normalization: normalizationSchema.default('filter'),
  include: includeSchema.default('weights'),
  orthogonal: z.boolean().default(false).describe('make each direction orthogonal to those before it before normalising'),
  axes,
});

const linePlane = z.strictObject({
  kind: z.literal('line'),
  seed: z.int().min(0).default(0),
  normalization: normalizationSchema.default('filter'),
  include: includeSchema.default('weights'),
  to: weightsReferenceSchema.optional().describe('the weights at coordinate 1; absent: a random direction'),
});

const throughPlane = z.strictObject({
  kind: z.literal('through'),
  of: z
    .union([z.tuple([weightsReferenceSchema, weightsReferenceSchema]), z.tuple([weightsReferenceSchema, weightsReferenceSchema, weightsReferenceSchema])])
    .describe('with the centre, the weights that span the plane (two) or the volume (three)'),
});

const gradientPlane = z.strictObject({
  kind: z.literal('gradient'),
  seed: z.int().min(0).default(0),
  normalization: normalizationSchema.default('filter'),
  include: includeSchema.default('weights'),
  axes,
});

const trajectoryPlane = z.strictObject({
  kind: z.literal('trajectory'),
  steps: z.array(z.number()).default([]).describe('training steps of the checkpoints that span the plane'),
  with: z
    .array(weightsReferenceSchema.extend({ steps: z.array(z.number()).default([]) }))
    .min(1)
    .optional()
    .describe('other runs whose paths span the plane together with this one\'s: where each ends, and the steps of its checkpoints'),
  align: z
    .strictObject({ seed: z.int().min(0) })
    .optional()
    .describe('the units of each other network were matched with this one\'s, by weight matching in an order that the seed draws'),
  axes,
});

export const eigenvectorChoiceSchema = z
  .enum(['top2', 'top-bottom'])
  .describe('top2: the eigenvectors of the two largest eigenvalues; top-bottom: of the largest and the smallest');

const eigenvectorsPlane = z.strictObject({
  kind: z.literal('eigenvectors'),
  which: eigenvectorChoiceSchema.default('top2'),
  seed: z.int().min(0).default(0).describe('draws the first vector of the iteration'),
  normalization: normalizationSchema.default('none').describe('none: unit vectors, along which the loss bends by the eigenvalue'),
  include: includeSchema.default('all').describe('the parameters that the Hessian is taken in'),
  tolerance: z.number().positive().max(1).default(1e-3).describe('largest residual, as a share of the largest eigenvalue'),
  maxIterations: z.int().min(1).max(2000).default(100),
});

const ascentPlane = z.strictObject({
  kind: z.literal('ascent'),
  seed: z.int().min(0).default(0),
  normalization: normalizationSchema.default('none').describe('none: unit vectors'),
  include: includeSchema.default('all'),
  radius: z.number().positive().default(0.05).describe('of the ball in weight space that is searched for the highest loss'),
  steps: z.int().min(1).max(1000).default(20),
});

const vectorsPlane = z.strictObject({
  kind: z.literal('vectors'),
  file: z.string().describe('name of the file they were given in'),
  hash: z.string().describe('of the file; the run keeps a copy'),
  count: z.union([z.literal(1), z.literal(2), z.literal(3)]).describe('how many directions it holds: one makes a line, three a volume'),
  normalization: normalizationSchema.default('none').describe('none: as given'),
});

/** Which directions through the trained weights span the picture: one of a line, two of a plane, three of a volume. */
export const planeRecipeSchema = z.discriminatedUnion('kind', [randomPlane, trajectoryPlane, linePlane, throughPlane, gradientPlane, eigenvectorsPlane, ascentPlane, vectorsPlane]);
export type PlaneRecipe = z.infer<typeof planeRecipeSchema>;

/** One axis of the grid: `count` evenly spaced coordinates from `from` to `to`. */
export const axisSchema = z
  .strictObject({ from: z.number(), to: z.number(), count: z.int().min(1).max(2049) })
  .refine((axis) => axis.count === 1 || axis.to > axis.from, { message: 'the range must go upwards: from < to' });
export type Axis = z.infer<typeof axisSchema>;

export const gridSchema = z.strictObject({ x: axisSchema, y: axisSchema, z: axisSchema.optional().describe('of a volume') });
export type Grid = z.infer<typeof gridSchema>;

/** Points of the grid that are computed, chosen where the surface bends; the others are interpolated. */
export const adaptiveSchema = z.strictObject({
  points: z.int().min(1).describe('how many'),
  quantity: z.string().default('loss').describe('whose bends decide'),
});
export type Adaptive = z.infer<typeof adaptiveSchema>;

/** A seeded part of a split; `null` is the whole split. */
export const subsetSchema = z.strictObject({ count: z.int().min(1), seed: z.int().min(0).default(0) }).nullable();

/** What made the picture. The same recipe on the same run makes the same picture. */
export const surfaceRecipeSchema = z.strictObject({
  version: z.literal(1),
  program: z.string().describe('name and version of the program that computed the values'),
  run: z.strictObject({
    id: z.string(),
    name: z.string().optional(),
    checkpoint: z.string().optional(),
    fingerprint: z.string().describe('hash of the weights at the centre'),
    member: z.int().optional().describe('which network of a population'),
  }),
  around: z
    .strictObject({ checkpoint: z.string(), fingerprint: z.string() })
    .optional()
    .describe('the weights that the directions belong to, where they are not those at the centre: a slice of a series'),
  plane: planeRecipeSchema,
  grid: gridSchema,
  adaptive: adaptiveSchema.optional().describe('absent: every point of the grid is computed'),
  quantities: z.array(z.string()).min(1),
  split: z.string(),
  subset: subsetSchema,
  batchNorm: z.enum(['evaluation', 'batch', 'recalibrated']).default('evaluation'),
  curvature: surfaceCurvatureSchema.optional().describe('how eigenvalues and traces were found; absent where none were asked for'),
  device: z.string(),
});
export type SurfaceRecipe = z.infer<typeof surfaceRecipeSchema>;
