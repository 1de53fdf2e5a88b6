import { z } from 'zod';
import { sequenceReading } from '../specification-sequence';
import { vocabularySchema } from '../text/tokenizer';

const scaling = { mean: z.number(), scale: z.number() };

/** How one column of a table becomes inputs. */
export const columnTransform = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('number'),
    name: z.string(),
    /** `date`: days since 1970; `boolean`: 0 and 1. */
    from: z.enum(['number', 'date', 'boolean']),
    /** Stands for a missing cell, before standardization; null: rows without a value are dropped. */
    fill: z.number().nullable(),
    /** Adds an input that is 1 where the cell was missing. */
    indicator: z.boolean(),
    /** input = (value - mean) / scale. */
    ...scaling,
  }),
  z.strictObject({
    kind: z.literal('category'),
    name: z.string(),
    /** One input each, 1 for the row's own. A category not listed has zeros everywhere. */
    categories: z.array(z.string()),
    /** Category that stands for a missing cell (it may be the last, `(missing)`); null: rows without a value are dropped. */
    fill: z.string().nullable(),
  }),
]);
export type ColumnTransform = z.infer<typeof columnTransform>;

export const targetTransform = z.discriminatedUnion('task', [
  z.strictObject({ task: z.literal('classification'), name: z.string(), classes: z.array(z.string()) }),
  z.strictObject({ task: z.literal('regression'), name: z.string(), ...scaling }),
  z.strictObject({ task: z.literal('language-model'), name: z.string() }),
  z.strictObject({ task: z.literal('reconstruction'), name: z.string() }),
]);
export type TargetTransform = z.infer<typeof targetTransform>;

/** Everything fitted on the training part, as JSON (`transform.json` of a run folder). */
export const transformSchema = z.discriminatedUnion('input', [
  z.strictObject({ input: z.literal('table'), columns: z.array(columnTransform), target: targetTransform }),
  z.strictObject({
    input: z.literal('image'),
    width: z.int(),
    height: z.int(),
    channels: z.int(),
    /** Pixels of bytes are divided by 255 first. */
    divisor: z.number(),
    mean: z.array(z.number()),
    scale: z.array(z.number()),
    target: targetTransform,
  }),
  z.strictObject({
    input: z.literal('sequence'),
    steps: z.int(),
    features: z.array(z.string()),
    mean: z.array(z.number()),
    scale: z.array(z.number()),
    /** Tokens: what they stand for. */
    vocabulary: z.array(z.string()).optional(),
    /** How a table was read as sequences. */
    reading: sequenceReading.nullable(),
    target: targetTransform,
  }),
  z.strictObject({
    input: z.literal('text'),
    /** Tokens of a window. */
    length: z.int(),
    vocabulary: vocabularySchema,
    target: targetTransform,
  }),
]);
export type Transform = z.infer<typeof transformSchema>;
export type TableTransform = Extract<Transform, { input: 'table' }>;
export type SequenceTransform = Extract<Transform, { input: 'sequence' }>;
export type TextTransform = Extract<Transform, { input: 'text' }>;
export type ImageTransform = Extract<Transform, { input: 'image' }>;

/** Name of the category that stands for missing cells. */
export const missingCategory = '(missing)';
