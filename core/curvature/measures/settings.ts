import { z } from 'zod';
import { strictObject } from '#core/graph';

/** Radii, steps and repetitions of the measures. The defaults are those of the papers where they name any. */
export const measureSettingsSchema = strictObject({
  rho: z.number().positive().default(0.05).describe('Radius of SAM sharpness, in units of the weights.'),
  adaptiveRho: z.number().positive().default(0.5).describe('Radius of adaptive sharpness, as a share of each weight.'),
  epsilon: z.number().positive().default(1e-3).describe("Half-width of Keskar's box, times |w| + 1."),
  m: z.int().min(1).default(128).describe('Examples of a batch in m-sharpness.'),
  steps: z.int().min(1).max(1000).default(20).describe('Steps of each ascent.'),
  starts: z.int().min(1).max(50).default(3).describe('Ascents from different starts; the first begins at the weights.'),
  draws: z.int().min(4).max(10000).default(15).describe('Random displacements behind an average.'),
  replicates: z.int().min(2).max(50).default(5).describe('Searches of a noise level, each with its own displacements.'),
  deviation: z.number().positive().max(1).default(0.1).describe('Loss of accuracy that a search looks for; without classes, rise of the loss.'),
  tolerance: z.number().positive().max(1).default(0.01).describe('How near to that deviation a search ends.'),
  magnitudeEpsilon: z.number().positive().default(1e-3).describe('The constant in magnitude-aware displacements.'),
  products: z.int().min(8).max(10000).default(48).describe('Products spent on each trace.'),
  quantile: z.number().gt(0).lt(1).default(0.1).describe('Which quantile of the margins stands for the margin.'),
  curvatureScale: z.number().positive().default(1).describe('Curvature from which a direction counts in the effective dimension.'),
});
export type MeasureSettings = z.infer<typeof measureSettingsSchema>;
