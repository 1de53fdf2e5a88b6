import { strictObject } from '#core/nn';
import { z } from 'zod';

/** How long and how to train, apart from the blocks. */
export const trainingSchema = strictObject({
  epochs: z.number().int().min(0).max(1_000_000).default(10)
    .describe('Passes over the training data; 0 only judges the first weights.').meta({ label: 'Epochs' }),
  batchSize: z.number().int().min(1).max(1_000_000).default(128)
    .describe('Examples in one step.').meta({ label: 'Batch size', unit: 'examples' }),
  gradientClip: z.number().positive().nullable().default(null)
    .describe('Largest norm of the whole gradient; longer ones are shortened to it. Empty: never.')
    .meta({ label: 'Gradient clip', scale: 'log' }),
  earlyStopping: strictObject({
    metric: z.string().min(1).default('loss').describe('Watched on the validation data: loss, or one of the metrics.').meta({ label: 'Metric' }),
    patience: z.number().int().min(1).max(1_000_000).default(10)
      .describe('Epochs without progress before the training stops.').meta({ label: 'Patience', unit: 'epochs' }),
    minDelta: z.number().nonnegative().default(0).describe('Smallest change that counts as progress.').meta({ label: 'Smallest progress' }),
  }).nullable().default(null).describe('Stop when the validation data shows no more progress.').meta({ label: 'Early stopping' }),
  checkpointEvery: z.number().int().min(1).default(1)
    .describe('Epochs between two saved states.').meta({ label: 'Checkpoint every', unit: 'epochs', advanced: true }),
  keepTrajectory: z.boolean().default(true)
    .describe('Keep the weights of every checkpoint, to draw the path of the training on a surface.').meta({ label: 'Keep trajectory', advanced: true }),
  debugNaN: z.boolean().default(false)
    .describe('Find the op that makes the first NaN or infinity: the step in which the training diverges is computed again, every result looked at. Slow.')
    .meta({ label: 'Locate NaN', advanced: true }),
}).meta({ title: 'Training' });

export type Training = z.infer<typeof trainingSchema>;
