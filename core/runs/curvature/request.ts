import { z } from 'zod';
import { operatorNames } from '#core/curvature';
import { strictObject } from '#core/graph';
import { eigenAlgorithmNames } from './eigen-search';
import { splitNames } from '../specification/schema';

/** What a person asks to know of a run's curvature. */
export const curvatureRequestSchema = strictObject({
  operator: z.enum(operatorNames).default('hessian').describe('Which matrix.'),
  top: z.int().min(0).max(200).default(1).describe('How many of the largest eigenvalues.'),
  bottom: z.int().min(0).max(200).default(0).describe('How many of the smallest eigenvalues.'),
  all: z.boolean().default(false).describe('Every eigenvalue, from the whole matrix, and with them trace, norm and, where it is asked for, the density, all without chance; for small matrices.'),
  trace: z.enum(['hutchinson', 'hutch++', 'xtrace']).nullable().default(null).describe('How the trace is estimated; null leaves it out.'),
  frobenius: z.boolean().default(false).describe('Frobenius norm, and with it the participation ratio of the spectrum.'),
  density: z.boolean().default(false).describe('Spectral density by stochastic Lanczos quadrature.'),
  layers: z.array(z.string().min(1)).default([]).describe('Parameters whose names begin so; empty: all.'),
  parameters: z.array(z.string().min(1)).default([]).describe('Parameters whose names fit one of these patterns; * stands for any characters, ? for one. Empty: all.'),
  kinds: z.enum(['all', 'weights']).default('all').describe('Weights only, or biases and normalization parameters too.'),
  byLayer: z.boolean().default(false).describe('The same figures for the block of each layer.'),
  byBlock: z.boolean().default(false).describe('The same figures for each block of layers: all that share a name up to its first number, such as layer1.0.'),
  over: z.union([z.literal('all'), z.int().min(2)]).nullable().default(null).describe('The same figures, without the density, at all checkpoints up to this one, or at so many of them.'),
  split: z.enum(splitNames).default('train'),
  subset: z.int().min(1).nullable().default(null).describe('Number of examples; null takes all.'),
  batch: z.int().min(1).nullable().default(null).describe('One mini-batch of so many examples in place of the subset, as training sees it: BatchNorm uses its statistics.'),
  seed: z.int().min(0).default(0).describe('Draws the subset and all random vectors.'),
  checkpoint: z.union([z.enum(['init', 'last', 'best']), z.int().min(0)]).default('last'),
  batchNorm: z.enum(['evaluation', 'batch']).default('evaluation'),
  tolerance: z.number().positive().max(1).default(1e-3).describe('Largest residual of an eigenvalue, as a share of the largest eigenvalue.'),
  algorithm: z.enum(eigenAlgorithmNames).default('lanczos').describe('How eigenvalues are searched for.'),
  maxIterations: z.int().min(1).max(2000).default(100).describe('Most iterations of that search.'),
  reorthogonalization: z.enum(['full', 'selective']).default('full'),
  vectors: z.boolean().default(false).describe('Keep the eigenvectors, as safetensors.'),
  diagonal: z.boolean().default(false).describe('Every entry of the diagonal, estimated; kept as safetensors.'),
  products: z.int().min(6).max(10000).default(96).describe('Products spent on each estimate by random vectors.'),
});
export type CurvatureRequest = z.infer<typeof curvatureRequestSchema>;
