import { createHash } from 'node:crypto';
import { z } from 'zod';
import { strictObject } from '#core/graph';
import { pathKindSchema, type PathKind, type PathRecipe } from '#core/landscape';
import { splitNames } from '../specification/schema';
import { checkpointSchema, otherWeightsSchema } from '../surfaces/weights';

/** What a person asks for; everything else of a path's recipe follows from the runs. */
export const pathRequestSchema = strictObject({
  to: otherWeightsSchema.describe('The weights at the other end.'),
  kind: pathKindSchema.default('bezier'),
  align: z.boolean().default(false).describe('Match the units of the other end with this one\'s first (Git Re-Basin, weight matching).'),
  checkpoint: checkpointSchema.default('last').describe('Weights at the start.'),
  epochs: z.int().min(1).max(100_000).optional().describe('Passes over the training part; absent: 30, for a band 6.'),
  batchSize: z.int().min(1).optional().describe('Examples of a step; absent: as many as the run was trained with, at most 128.'),
  learningRate: z.number().positive().default(0.05),
  momentum: z.number().min(0).lt(1).default(0.9),
  pivots: z.int().min(1).max(100).default(4).describe('Of a band: points between the ends at first; more are inserted where the path is high.'),
  cycles: z.int().min(1).max(20).default(4).describe('Of a band: rounds of training, between which pivots are inserted.'),
  spring: z.number().min(0).max(1).default(0.5).describe('Of a band: how stiffly pivots keep their distances; 1 as by an infinitely stiff spring.'),
  points: z.int().min(3).max(10_001).default(61).describe('Places at which the path is evaluated.'),
  splits: z.array(z.enum(splitNames)).min(1).optional().describe('Parts of the data to evaluate on; absent: train, and test where there is one.'),
  subset: z.int().min(1).nullable().default(null).describe('Number of examples of each part to evaluate on, where it has more; null takes all. The training of a path takes all.'),
  seed: z.int().min(0).default(0).describe('Draws the mini-batches, the places on the path, the order of layers and the subset.'),
});
export type PathRequest = z.infer<typeof pathRequestSchema>;

/** Passes over the data where none are asked for: a band takes every one once a pivot. */
export const usualEpochs = (kind: PathKind): number => (kind === 'band' ? 6 : 30);

/** Examples of a step where none are asked for: as the run was trained, so that an epoch on few examples has enough steps; of large batches not more than gives a path its steps. */
export const usualBatch = (trained: number | 'all'): number => Math.min(128, trained === 'all' ? Infinity : trained);

/** The name of a path's folder: readable, and the same for the same path, however it was asked for. */
export function pathName(recipe: PathRecipe): string {
  const hash = createHash('sha256').update(JSON.stringify(recipe)).digest('hex').slice(0, 8);
  return `${recipe.kind}${recipe.align ? '-aligned' : ''}-${hash}`;
}
