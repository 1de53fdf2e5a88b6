import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import { file, checkpointName, split } from './runs';

const invariance = z.enum(['layer-rescaling', 'unit-rescaling', 'permutation', 'logit-scale']);

/** As `MeasureDefinition` of core/curvature. */
export const measureDefinition = z.object({
  id: z.string(),
  title: z.string(),
  family: z.string(),
  formula: z.string(),
  meaning: z.string(),
  source: z.object({ paper: z.string(), where: z.string(), id: z.string() }),
  unit: z.string(),
  /** Which way is thought to go with a larger generalization gap. */
  worse: z.enum(['higher', 'lower']).nullable(),
  invariant: z.array(invariance),
  nearly: z.array(invariance).optional(),
  /** What it cannot do without, in words. */
  needs: z.array(z.string()),
});
export type MeasureDefinition = z.infer<typeof measureDefinition>;

/** A radius, a number of steps or of repetitions that measures take, with its usual value and its bounds. */
export const measureSetting = z.object({
  name: z.string(), text: z.string(), usual: z.number(), integer: z.boolean(), minimum: z.number(), maximum: z.number(),
});
export type MeasureSetting = z.infer<typeof measureSetting>;

/** A number that JSON and its readers may not have: an end of an interval that nothing bounds is `null`. */
const end = z.number().nullable();

/** A value with how it came about, or why there is none. */
export const measureResult = z.object({
  id: z.string(),
  seconds: z.number(),
  unavailable: z.string().optional(),
  value: z.number().optional(),
  kind: z.enum(['exact', 'examples', 'estimate', 'search', 'ascent']).optional(),
  interval: z.tuple([end, end]).optional(),
  note: z.string().optional(),
});
export type MeasureResult = z.infer<typeof measureResult>;

export const measuresRequest = z.strictObject({
  run: z.string(),
  /** Measures and families by their names, or `all`. */
  measures: z.array(z.string().min(1)).min(1),
  checkpoint: checkpointName.default('last'),
  split: split.default('train'),
  /** Number of examples, drawn with the seed; `null` takes all. */
  subset: z.int().min(1).nullable().default(null),
  seed: z.int().min(0).default(0),
  /** Radii, steps and repetitions that differ from the usual ones, by the names in `catalogue`. */
  settings: z.record(z.string(), z.number()).default({}),
  /** Which network of a population. */
  member: z.int().min(0).optional(),
});
export type MeasuresRequest = z.input<typeof measuresRequest>;

const judged = z.object({ split: z.string(), loss: z.number(), error: z.number().nullable() });

/** What was measured of one set of weights on one set of examples; kept in the run's folder. */
export const measuresReport = z.object({
  name: z.string(),
  created: z.string(),
  run: z.object({ id: z.string(), name: z.string(), checkpoint: z.string(), step: z.int(), member: z.int().optional() }),
  split: z.string(),
  subset: z.int().nullable(),
  seed: z.int(),
  settings: z.record(z.string(), z.number()),
  examples: z.int(),
  device: z.string(),
  /** On the training part and on one the network was not trained on. */
  gap: z.object({ train: judged, heldOut: judged }).nullable(),
  results: z.array(measureResult),
});
export type MeasuresReport = z.infer<typeof measuresReport>;

export const measuresEvent = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('start'), report: measuresReport, all: z.int() }),
  z.object({ kind: z.literal('progress'), id: z.string(), text: z.string(), done: z.int(), all: z.int(), remainingSeconds: z.number().optional() }),
  z.object({ kind: z.literal('result'), result: measureResult }),
  z.object({ kind: z.literal('end'), seconds: z.number() }),
]);
export type MeasuresEvent = z.infer<typeof measuresEvent>;

export const measuresContract = {
  /** What can be measured, by families in their order. */
  catalogue: oc.output(z.object({ families: z.array(z.object({ id: z.string(), title: z.string() })), measures: z.array(measureDefinition), settings: z.array(measureSetting) })),
  estimate: oc.input(measuresRequest).output(z.object({ measures: z.int(), examples: z.int(), passes: z.number(), seconds: z.number() })),
  /** Each measure as it is found; each is kept. Ending the stream early cancels. */
  compute: oc.input(measuresRequest).output(eventIterator(measuresEvent)),
  /** What was measured of a run before, the newest first. */
  list: oc.input(z.strictObject({ run: z.string() })).output(z.array(measuresReport)),
  export: oc.input(z.strictObject({ run: z.string(), name: z.string(), format: z.enum(['csv', 'json', 'html']) })).output(file),
  /** Deletes what was measured under a name. */
  remove: oc.input(z.strictObject({ run: z.string(), name: z.string() })).output(z.void()),
};
