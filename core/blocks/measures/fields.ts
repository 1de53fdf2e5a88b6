import { z } from 'zod';

/** When a measure is taken. */
export const whenFields = {
  every: z.int().min(1).nullable().default(null)
    .describe('Steps between two measurements. Empty: counted in epochs.').meta({ label: 'Every so many steps', unit: 'steps' }),
  everyEpochs: z.int().min(1).nullable().default(null)
    .describe('Epochs between two measurements, where no steps are given. Empty: 1.').meta({ label: 'Every so many epochs', unit: 'epochs' }),
};

/** When, and on which examples. */
export const measureFields = {
  ...whenFields,
  split: z.enum(['train', 'validation']).default('train').describe('Part of the data whose loss is looked at.').meta({ label: 'Part' }),
  subset: z.int().min(2).nullable().default(2000)
    .describe('Number of examples at most, drawn once with the seed. Empty: all of them.').meta({ label: 'Examples', unit: 'examples' }),
  seed: z.int().min(0).max(2 ** 31 - 1).default(0).describe('Draws the examples and every random vector.').meta({ label: 'Seed', advanced: true }),
  batchNorm: z.enum(['evaluation', 'batch']).default('evaluation')
    .describe('Statistics of BatchNorm: the running ones, or those of each batch as in training.').meta({ label: 'BatchNorm', advanced: true }),
};

export const eigenFields = {
  count: z.int().min(1).max(20).default(1).describe('How many of them.').meta({ label: 'Eigenvalues' }),
  tolerance: z.number().positive().max(1).default(0.01)
    .describe('Largest residual, as a share of the largest eigenvalue; an eigenvalue above it is marked as not converged.').meta({ label: 'Tolerance', scale: 'log' }),
  maxIterations: z.int().min(2).max(500).default(60).describe('Most products with the matrix.').meta({ label: 'Iterations', advanced: true }),
};
