import { z } from 'zod';
import { subsetSchema, weightsReferenceSchema } from '../recipe';

/** Kinds of path between two weights. */
export const pathKinds = ['line', 'bezier', 'chain', 'band'] as const;
export const pathKindSchema = z
  .enum(pathKinds)
  .describe('line: straight; bezier: a quadratic Bezier curve with a trained bend; chain: two straight pieces with a trained bend between; band: a nudged elastic band of trained pivots');
export type PathKind = z.infer<typeof pathKindSchema>;

/** What made a path. The same recipe on the same runs makes the same path. */
export const pathRecipeSchema = z.strictObject({
  version: z.literal(1),
  program: z.string().describe('name and version of the program that computed it'),
  run: z.strictObject({
    id: z.string(),
    name: z.string(),
    checkpoint: z.string(),
    member: z.int().optional().describe('which network of a population'),
    fingerprint: z.string().describe('hash of the weights at the start'),
  }),
  to: weightsReferenceSchema.describe('the weights at the end'),
  kind: pathKindSchema,
  align: z.boolean().describe('whether the units of the end were matched with those of the start first (Git Re-Basin, weight matching)'),
  seed: z.int(),
  training: z
    .strictObject({ epochs: z.number(), batchSize: z.int(), learningRate: z.number(), momentum: z.number() })
    .nullable()
    .describe('of the bend or of the pivots; null for a line'),
  band: z.strictObject({ pivots: z.int(), cycles: z.int(), spring: z.number() }).nullable().describe('null for other kinds'),
  points: z.int().describe('places at which the path is evaluated'),
  splits: z.array(z.string()),
  subset: subsetSchema,
  quantities: z.array(z.string()),
  batchNorm: z.enum(['evaluation', 'recalibrated']).describe('recalibrated: statistics are taken anew at each place'),
  device: z.string(),
});
export type PathRecipe = z.infer<typeof pathRecipeSchema>;

const titles: Readonly<Record<PathKind, string>> = { line: 'straight line', bezier: 'Bezier curve', chain: 'chain with one bend', band: 'elastic band' };

/** Which path it is, in words. */
export const pathTitle = ({ kind, align, to }: Pick<PathRecipe, 'kind' | 'align' | 'to'>): string => `${titles[kind]} to ${to.name}${align ? ', aligned' : ''}`;
