import { blockSchema, listBlocks, type BlockSpecification } from '#core/blocks';
import { dataSpecification } from '#core/data';
import { strictObject } from '#core/graph';
import { trainingSchema } from '#core/train';
import { z } from 'zod';
import { populationIssues } from './check-population';
import { populationSchema } from './population';

/** The first block of a slot is its usual choice; it stands where a specification names none. */
const usual = (slot: 'optimizers' | 'schedules'): BlockSpecification => ({ use: listBlocks(slot)[0]?.use ?? '' });

export const splitNames = ['train', 'validation', 'test'] as const;
export type SplitName = (typeof splitNames)[number];

/** A training as a person writes it: the batch may be the whole training part. */
const training = trainingSchema.extend({
  batchSize: z.union([trainingSchema.shape.batchSize.unwrap(), z.literal('all')]).default(128)
    .describe('Examples in one step; all: the whole training part, each step exact gradient descent.').meta({ label: 'Batch size', unit: 'examples' }),
}).meta({ title: 'Training' });

const fields = {
  $schema: z.string().optional().describe('Address of the schema, for editors.'),
  basin: z.literal(1).default(1).describe('Version of this format.'),
  name: z.string().min(1).max(120).default('run').describe('What the run is called in lists.').meta({ label: 'Name' }),
  description: z.string().max(4000).default('').describe('What it is about, for people.').meta({ label: 'Description' }),
  seed: z.int().min(0).max(2 ** 31 - 1).default(0)
    .describe('Decides every random choice: the split, first weights, order, dropout, augmentation.').meta({ label: 'Seed' }),
  data: dataSpecification.meta({ label: 'Data' }),
  model: blockSchema('architectures').describe('The network.').meta({ label: 'Model', slot: 'architectures' }),
  loss: blockSchema('losses').optional().describe('What is minimized; absent: the usual one for the task.').meta({ label: 'Loss', slot: 'losses' }),
  regularizers: z.array(blockSchema('regularizers')).default([]).describe('Penalties added to the loss.').meta({ label: 'Regularizers' }),
  optimizer: blockSchema('optimizers').prefault(usual('optimizers')).describe('How the weights are moved.').meta({ label: 'Optimizer' }),
  schedule: blockSchema('schedules').prefault(usual('schedules')).describe('The learning rate over the training.').meta({ label: 'Schedule' }),
  augmentations: z.array(blockSchema('augmentations')).default([]).describe('Random changes of the training examples.').meta({ label: 'Augmentations' }),
  metrics: z.array(blockSchema('metrics')).optional().describe('What is measured after every epoch; absent: the usual ones for the task.').meta({ label: 'Metrics' }),
  measure: z.array(blockSchema('measures')).max(100).default([])
    .describe('What is measured of the weights while they are trained: curvature, sharpness, norms.').meta({ label: 'Measure while training' }),
  training: training.prefault({}).describe('How long and in which portions.').meta({ label: 'Training' }),
  weights: strictObject({
    file: z.string().min(1).describe('A safetensors file with PyTorch’s names; relative paths start at the specification’s folder.').meta({ label: 'File', file: ['safetensors'] }),
    partial: z.boolean().default(false).describe('Take what fits by name and shape, and leave the rest to the network’s own first values.').meta({ label: 'Take what fits' }),
  }).optional().describe('Weights to begin with, in place of the network’s own first values.').meta({ label: 'First weights', advanced: true }),
  device: z.string().min(1).default('auto').describe('Where the network is computed: auto, or an id that `basin devices` lists.').meta({ label: 'Device', advanced: true }),
};

const oneNetwork = strictObject(fields);

/** Everything that makes a run what it is. Two runs of one specification on one device have the same bits. */
export const runSpecificationSchema = strictObject({
  ...fields,
  population: populationSchema.optional()
    .describe('Many networks in one run: seeds, and numbers that differ between them. Absent: one network.').meta({ label: 'Population' }),
}).superRefine((specification, context) => {
  const { population, ...rest } = specification;
  if (population === undefined) return;
  for (const { path, message } of populationIssues(rest, population, oneNetwork)) context.addIssue({ code: 'custom', path, message });
}).meta({ title: 'Basin run specification' });

export type RunSpecification = z.infer<typeof runSpecificationSchema>;
