import { z } from 'zod';
import { operatorNames } from '#core/curvature';
import { jsonNumber as real, jsonNumbers } from '#core/graph';
import { curvatureRequestSchema } from './request';

const interval = z.tuple([real, real]).readonly();

const estimate = z.object({
  operator: z.string(),
  algorithm: z.string(),
  value: real,
  standardError: real,
  interval,
  samples: z.int(),
  products: z.int(),
  seed: z.int(),
});

const eigenvalue = z.object({ value: real, residual: real, interval, converged: z.boolean(), gap: real.optional(), angle: real.optional() });

/** An eigenvalue without its vector. */
export type Eigenvalue = Readonly<z.infer<typeof eigenvalue>>;

const density = z.object({
  operator: z.string(),
  dimension: z.int(),
  algorithm: z.enum(['stochastic Lanczos quadrature', 'whole matrix']),
  nodes: jsonNumbers,
  weights: jsonNumbers,
  grid: jsonNumbers,
  density: jsonNumbers,
  lower: jsonNumbers,
  upper: jsonNumbers,
  sigma: real,
  trace: estimate,
  largest: real,
  smallest: real,
  probes: z.int(),
  steps: z.int(),
  products: z.int(),
  seed: z.int(),
});

/** What was found of one matrix; what was not asked for, or is not computed yet, is absent. */
export const curvatureFiguresSchema = z.object({
  dimension: z.int(),
  eigenvalues: z
    .object({
      largest: z.array(eigenvalue).readonly(),
      smallest: z.array(eigenvalue).readonly(),
      iterations: z.int(),
      products: z.int(),
      converged: z.boolean().describe('Whether every residual is below the tolerance.'),
      tolerance: z.number(),
      floor: real.optional().describe("How far the products' rounding carries, measured; counted in every residual."),
      algorithm: z.string(),
    })
    .optional(),
  spectrum: z
    .object({
      algorithm: z.literal('whole matrix'),
      values: jsonNumbers.describe('Every eigenvalue, ascending.'),
      rounding: real.describe('How far rounding moves each of them, as estimated.'),
      negative: z.int(),
      zero: z.int().describe('How many are nearer to zero than their rounding.'),
      positive: z.int(),
      products: z.int(),
    })
    .optional(),
  condition: z
    .object({ value: real.optional(), interval: interval.optional(), reason: z.string().optional().describe('Why there is none.') })
    .optional()
    .describe('Largest by smallest eigenvalue, where both were found.'),
  diagonal: z
    .object({
      largest: real,
      smallest: real,
      mean: real,
      negative: z.int().describe('How many entries are estimated to be negative.'),
      standardError: real.describe('Of an entry, as root of the mean square.'),
      products: z.int(),
    })
    .optional()
    .describe('The diagonal in a few numbers; its entries are kept as tensors.'),
  trace: estimate.optional(),
  frobeniusNorm: estimate.optional(),
  participationRatio: real.optional().describe('trace^2 / |A|_F^2'),
  density: density.optional(),
  entropyRank: real.optional().describe("exp of the entropy of the eigenvalues' sizes, from the density or the whole spectrum"),
});
export type CurvatureFigures = Readonly<z.infer<typeof curvatureFiguresSchema>>;

/** A checkpoint on the way to the one that was asked for. */
const moment = z.object({ checkpoint: z.union([z.literal('init'), z.int()]), step: z.int(), epoch: z.number(), loss: real.optional() });
export type CurvatureMoment = Readonly<z.infer<typeof moment>>;

/** What the figures are of. */
export const curvatureHeadSchema = z.object({
  run: z.object({ id: z.string(), name: z.string(), checkpoint: z.string(), step: z.int(), member: z.int().optional(), fingerprint: z.string().describe('hash of the weights') }),
  request: curvatureRequestSchema,
  operator: z.enum(operatorNames),
  examples: z.int(),
  device: z.string(),
  gradientNorm: real.describe("Norm of the loss's gradient in the same parameters: how near the weights are to a point where curvature is all."),
  path: z.array(moment).readonly().optional().describe('The checkpoints of a request over time, in order.'),
});
export type CurvatureHead = Readonly<z.infer<typeof curvatureHeadSchema>>;

export const layersSchema = z.record(z.string(), curvatureFiguresSchema);

/** The figures of one moment of training; `figures` is null until they are known. */
export const curvaturePointSchema = z.object({ step: z.int(), figures: curvatureFiguresSchema.nullable(), layers: layersSchema });
export type CurvaturePoint = Readonly<z.infer<typeof curvaturePointSchema>>;

export const curvatureReportSchema = z.object({
  ...curvatureHeadSchema.shape,
  ...curvatureFiguresSchema.shape,
  layers: layersSchema.optional(),
  points: z.array(curvaturePointSchema).readonly().optional(),
  seconds: z.number(),
});
export type CurvatureReport = Readonly<z.infer<typeof curvatureReportSchema>>;
