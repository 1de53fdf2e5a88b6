import { z } from 'zod';
import { measureSettingsSchema } from '#core/curvature';
import { strictObject } from '#core/graph';
import { splitNames } from '../specification/schema';

/** Which measures of a run a person asks for, and of what. */
export const measuresRequestSchema = strictObject({
  measures: z.array(z.string().min(1)).min(1).default(['all']).describe('Measures and families by their names, or "all".'),
  checkpoint: z.union([z.enum(['init', 'last', 'best']), z.int().min(0)]).default('last'),
  split: z.enum(splitNames).default('train'),
  subset: z.int().min(1).nullable().default(null).describe('Number of examples; null takes all.'),
  seed: z.int().min(0).default(0).describe('Draws the subset and all random vectors.'),
  settings: measureSettingsSchema.prefault({}),
});
export type MeasuresRequest = z.infer<typeof measuresRequestSchema>;
