import { strictObject } from '#core/graph';
import { z } from 'zod';
import { columnKinds } from './infer/kind';
import { generatorSchema } from './generators';
import { tasks } from './infer/propose';
import { sequenceReading, textReading } from './specification-sequence';

export type { SequenceReading } from './specification-sequence';

const readOptions = {
  header: z.boolean().optional().describe('Whether the first row names the columns; found out when left out.'),
  delimiter: z.string().length(1).optional().describe('Character between cells; found out when left out.'),
  encoding: z.string().optional().describe('Text encoding (utf-8, utf-16le, latin-1); found out when left out.'),
  missingValues: z.array(z.string()).optional().describe('Cells that mean "missing", besides the empty one.'),
  arrays: z.enum(['pictures', 'sequences']).optional().describe('NumPy arrays of three dimensions: pictures (count, height, width), or sequences (count, steps, features).'),
  onBadImage: z.enum(['error', 'skip']).optional().describe('Pictures that cannot be decoded: refuse all, or leave them out.'),
};

/** Where data come from: a file or folder, or a toy generator. */
export const dataSource = z.union([
  strictObject({
    path: z.string().min(1).describe('A file or folder; relative paths start at the specification’s folder.'),
    ...readOptions,
  }),
  strictObject({ generator: generatorSchema.describe('Data made on the spot.') }),
], { error: 'needs either "path" (a file or folder) or "generator" (toy data)' });
export type DataSource = z.infer<typeof dataSource>;

export const missingNumberChoices = ['median', 'mean', 'mode', 'constant', 'drop'] as const;
export const missingCategoryChoices = ['category', 'mode', 'drop'] as const;

const columnChoice = strictObject({
  kind: z.enum(columnKinds).optional().describe('What the column holds, where inference is wrong.').meta({ label: 'Kind' }),
  role: z.enum(['input', 'ignore']).optional().describe('Take it as an input, or keep it out.').meta({ label: 'Role' }),
  missing: z.enum([...new Set([...missingNumberChoices, ...missingCategoryChoices])] as [string, ...string[]]).optional()
    .describe('What missing cells become, for this column.').meta({ label: 'Missing cells' }),
});

const share = (value: number, help: string, label: string) => z.number().min(0).max(0.9).default(value).describe(help).meta({ label });

const split = strictObject({
  validation: share(0.1, 'Share of the training part kept for validation.', 'Validation'),
  test: share(0.2, 'Share kept for the final test, unless the data have a test part of their own.', 'Test'),
  stratify: z.boolean().default(true).describe('Keep the share of every class equal in all parts.').meta({ label: 'Stratify' }),
  seed: z.int().min(0).max(2 ** 32 - 1).default(0).describe('Seed of the shuffle.').meta({ label: 'Seed' }),
}).refine(({ validation, test }) => validation + test < 1, { error: 'validation and test together leave nothing to train on: lower one' });

const missing = strictObject({
  numbers: z.enum(missingNumberChoices).default('median')
    .describe('What missing numbers become: a statistic of the training part, a constant, or the row is dropped.').meta({ label: 'Missing numbers' }),
  constant: z.number().default(0).describe('The constant for missing numbers.').meta({ label: 'Constant', advanced: true }),
  indicator: z.boolean().default(false).describe('Add an input that is 1 where a number was missing.').meta({ label: 'Mark missing numbers' }),
  categories: z.enum(missingCategoryChoices).default('category')
    .describe('What missing categories become: a category of their own, the commonest one, or the row is dropped.').meta({ label: 'Missing categories' }),
});

const image = strictObject({
  width: z.int().min(1).max(1024).optional().describe('Width pictures are brought to; their own when left out.').meta({ label: 'Width', unit: 'px' }),
  height: z.int().min(1).max(1024).optional().describe('Height pictures are brought to; their own when left out.').meta({ label: 'Height', unit: 'px' }),
  channels: z.union([z.literal(1), z.literal(3)]).optional().describe('1 grey, 3 colour; their own when left out.').meta({ label: 'Channels' }),
});

/** The data part of a run specification: what to read, what to predict, how to split and prepare. */
export const dataSpecification = strictObject({
  source: dataSource,
  target: z.string().optional().describe('Column to predict; proposed when left out.').meta({ label: 'Target' }),
  task: z.enum(tasks).optional().describe('What is asked of an example: its class, a number, the next token, or the example itself (reconstruction). Proposed when left out.').meta({ label: 'Task' }),
  inputs: z.array(z.string()).min(1).optional().describe('Columns to learn from; every usable one when left out.').meta({ label: 'Inputs' }),
  columns: z.record(z.string(), columnChoice).default({}).describe('Choices for single columns.').meta({ label: 'Columns' }),
  split: split.prefault({}),
  missing: missing.prefault({}),
  standardize: z.boolean().default(true)
    .describe('Bring inputs (and a regression target) to mean 0 and standard deviation 1 of the training part.').meta({ label: 'Standardize' }),
  image: image.prefault({}),
  sequence: sequenceReading.optional().describe('Read a table as sequences.').meta({ label: 'Sequences' }),
  text: textReading.prefault({}).meta({ label: 'Text' }),
  limit: z.int().min(2).optional().describe('Use at most so many examples of each part.').meta({ label: 'Limit', unit: 'examples', advanced: true }),
}).describe('What to learn from.');
export type DataSpecification = z.infer<typeof dataSpecification>;
export type DataSpecificationInput = z.input<typeof dataSpecification>;
