import { oc } from '@orpc/contract';
import { z } from 'zod';
import { cell, float32Array, imageBatch } from './arrays';

/**
 * A data specification as `core/data` writes it: source, target, split, treatment of missing values. It is checked
 * there, with messages that name the field.
 */
export const dataSpecification = z.record(z.string(), z.unknown());
export type DataSpecification = z.infer<typeof dataSpecification>;

/** What is asked of an example: its class, numbers, the next token at each step, or the example itself. */
export const task = z.enum(['classification', 'regression', 'language-model', 'reconstruction']);
export type Task = z.infer<typeof task>;

export const columnSummary = z.object({
  name: z.string(),
  /** What the values are: `number`, `category`, `text`, `date`, `boolean`. */
  type: z.string(),
  /** What training does with it unless told otherwise. */
  role: z.enum(['feature', 'target', 'ignored']),
  /** Why it is kept out, or what is odd about it. */
  note: z.string().optional(),
  missing: z.int(),
  distinct: z.int().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  mean: z.number().optional(),
  deviation: z.number().optional(),
  /** Equal-width histogram of a numeric column, or counts of the commonest categories. */
  histogram: z.object({ labels: z.array(z.string()), counts: z.array(z.number()) }).optional(),
  examples: z.array(cell),
});
export type ColumnSummary = z.infer<typeof columnSummary>;

export const classCount = z.object({ name: z.string(), count: z.int() });

export const notice = z.object({
  code: z.string(),
  message: z.string(),
  hint: z.string().optional(),
});
export type Notice = z.infer<typeof notice>;

export const datasetSummary = z.object({
  /** Stable: the same path with the same contents, or the same generator, has the same id. */
  id: z.string(),
  name: z.string(),
  /** `table`: rows and columns; `images`: pictures with a class; `arrays`: numbers without names; `sequences`: steps of numbers or tokens. */
  kind: z.enum(['table', 'images', 'arrays', 'sequences', 'text']),
  format: z.string(),
  path: z.string().nullable(),
  /** Name of the toy generator that made it, if one did. */
  generator: z.string().nullable(),
  rows: z.int(),
  bytes: z.number().nullable(),
  columns: z.array(columnSummary),
  images: z
    .object({ width: z.int(), height: z.int(), channels: z.int(), classes: z.array(classCount), sameSize: z.boolean() })
    .nullable(),
  /** Length of the sequences, names of a step's numbers, and how many tokens there are where they are tokens. */
  sequences: z.object({ steps: z.int(), features: z.array(z.string()), tokens: z.int().optional() }).optional(),
  text: z.object({ documents: z.int(), characters: z.int(), distinct: z.int() }).optional(),
  /** Parts that the source itself tells apart (`train`, `test`), with their sizes. */
  parts: z.array(z.object({ name: z.string(), rows: z.int() })),
  warnings: z.array(notice),
  /** What would be trained: target and task, with the reason for the choice. */
  proposal: z
    .object({ target: z.string(), task, reason: z.string() })
    .nullable(),
  /** The data specification that reads it this way. */
  specification: dataSpecification,
});
export type DatasetSummary = z.infer<typeof datasetSummary>;

export const datasetRows = z.object({
  columns: z.array(z.string()),
  rows: z.array(z.array(cell)),
  offset: z.int(),
  total: z.int(),
});
export type DatasetRows = z.infer<typeof datasetRows>;

export const datasetImages = imageBatch.extend({
  labels: z.array(z.string()),
  sourceNames: z.array(z.string()),
  total: z.int(),
});
export type DatasetImages = z.infer<typeof datasetImages>;

/** Some sequences of numbers; NaN where a step is missing. */
export const datasetSequences = z.object({
  values: float32Array,
  count: z.int(),
  steps: z.int(),
  features: z.array(z.string()),
  labels: z.array(z.string()),
  total: z.int(),
});
export type DatasetSequences = z.infer<typeof datasetSequences>;

const splitCount = z.object({ train: z.int(), validation: z.int(), test: z.int() });

/** What training would see. */
export const datasetDescription = z.object({
  task,
  input: z.enum(['table', 'image', 'sequence', 'text']),
  target: z.string(),
  /** Shape of one example as the network sees it: `[features]` or `[channels, height, width]`. */
  exampleShape: z.array(z.int()),
  features: z.array(z.object({ name: z.string(), type: z.string(), width: z.int(), treatment: z.string() })),
  classes: z.array(z.object({ name: z.string(), train: z.int(), validation: z.int(), test: z.int() })).nullable(),
  split: splitCount,
  dropped: z.array(z.object({ what: z.string(), count: z.int(), reason: z.string() })),
  imputed: z.array(z.object({ column: z.string(), count: z.int(), with: z.string() })),
  keptOut: z.array(z.object({ column: z.string(), reason: z.string() })),
  warnings: z.array(notice),
});
export type DatasetDescription = z.infer<typeof datasetDescription>;

export const datasetsContract = {
  /** Reads what a dropped path is. Throws with file, row and column where it cannot be read. */
  open: oc
    .input(z.strictObject({ path: z.string(), options: z.record(z.string(), z.unknown()).optional() }))
    .output(datasetSummary),
  /** Makes a toy data set: `use` names a generator, the rest are its parameters. */
  generate: oc.input(z.looseObject({ use: z.string() })).output(datasetSummary),
  recent: oc.output(z.array(z.object({ id: z.string(), name: z.string(), path: z.string(), kind: z.string(), opened: z.number() }))),
  /** Cells as they stand in the source, at most 500 rows at a time. */
  rows: oc
    .input(z.strictObject({ id: z.string(), offset: z.int().min(0), limit: z.int().min(1).max(500) }))
    .output(datasetRows),
  /** Pictures, at most 500 at a time; `label` keeps one class. */
  images: oc
    .input(
      z.strictObject({
        id: z.string(),
        offset: z.int().min(0),
        limit: z.int().min(1).max(500),
        label: z.string().optional(),
      }),
    )
    .output(datasetImages),
  /** Series of numbers, at most 200 at a time: `[count, steps, features]`. */
  sequences: oc
    .input(z.strictObject({ id: z.string(), offset: z.int().min(0), limit: z.int().min(1).max(200) }))
    .output(datasetSequences),
  describe: oc.input(z.strictObject({ data: dataSpecification })).output(datasetDescription),
};
