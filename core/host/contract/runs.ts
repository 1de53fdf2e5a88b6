import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import { cell, columns, float32Array, float64Array, imageBatch, int32Array, uint8Array } from './arrays';
import { datasetDescription, task } from './datasets';
import { runSpecification, stepSummary } from './specifications';

/**
 * `created`: written, not started; `queued`: waits for its turn; `interrupted`: the process that trained it is gone,
 * it can be resumed.
 */
export const runState = z.enum([
  'created', 'queued', 'running', 'paused', 'stopped', 'finished', 'failed', 'interrupted',
]);
export type RunState = z.infer<typeof runState>;

export const runError = z.object({ code: z.string(), message: z.string(), hint: z.string().optional() });
export type RunError = z.infer<typeof runError>;

export const runSummary = z.object({
  id: z.string(),
  name: z.string(),
  path: z.string(),
  state: runState,
  /** Milliseconds since 1970. */
  created: z.number(),
  task,
  /** One line on data and model: `iris.csv, mlp`. */
  title: z.string(),
  /** Numbers that the network learns, of one member of a population; absent before it was first started. */
  parameters: z.int().optional(),
  epochs: z.object({ done: z.number(), total: z.number() }),
  best: z.object({ name: z.string(), value: z.number(), epoch: z.int() }).nullable(),
  /** Validation loss by epoch (training loss where there is no validation part), for a sparkline. */
  spark: float32Array,
  error: runError.optional(),
  /** Of a population: its networks, those that diverged, and how the figure that the run watches is spread over the others. */
  population: z.object({ members: z.int(), diverged: z.int(), watched: z.object({ name: z.string(), mean: z.number(), deviation: z.number() }).optional() }).optional(),
});
export type RunSummary = z.infer<typeof runSummary>;

/** `init`, `last`, `best`, or a step whose weights are kept. */
export const checkpointName = z.union([z.enum(['init', 'last', 'best']), z.int().min(0)]);
export type CheckpointName = z.infer<typeof checkpointName>;

/** A checkpoint, or a point of one of a run's paths to other weights: `path:NAME/end`, `path:NAME/1`. */
export const weightsName = z.union([checkpointName, z.string().regex(/^path:[\w.-]+\/(?:end|\d+)$/)]);

export const checkpoint = z.object({
  name: checkpointName,
  step: z.int(),
  epoch: z.number(),
  /** Loss as recorded when it was written; absent before the first step. */
  loss: z.number().optional(),
});
export type Checkpoint = z.infer<typeof checkpoint>;

export const runDetails = z.object({
  summary: runSummary,
  specification: runSpecification,
  dataset: datasetDescription.nullable(),
  device: z.string(),
  parameters: z.int(),
  checkpoints: z.array(checkpoint),
  /** Loss and metrics of a finished run by part; null where a figure is not defined. */
  results: z
    .object({ checkpoint: z.enum(['best', 'last']), parts: z.record(z.string(), z.record(z.string(), z.number().nullable())) })
    .optional(),
  error: runError.optional(),
});
export type RunDetails = z.infer<typeof runDetails>;

/**
 * What was measured of the weights, one row a figure: its name, and the columns step, epoch, value, residual, low, high, threshold (NaN where there
 * is none), converged (0, 1, NaN). `threshold` is the value above which the optimizer is no longer stable.
 */
export const measureTable = z.object({ names: z.array(z.string()), columns });
export type MeasureTable = z.infer<typeof measureTable>;

/** Columns `step`: step, epoch, loss, learningRate, gradientNorm. Columns `epoch`: epoch, step, train.*, validation.*. */
export const runMetrics = z.object({ step: z.object({ columns }), epoch: z.object({ columns }), measure: measureTable });
export type RunMetrics = z.infer<typeof runMetrics>;

export const runEvent = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('state'), state: runState, error: runError.optional() }),
  z.object({ kind: z.literal('steps'), columns }),
  z.object({ kind: z.literal('epochs'), columns }),
  z.object({ kind: z.literal('measures'), table: measureTable }),
  z.object({
    kind: z.literal('speed'),
    examplesPerSecond: z.number(),
    stepsPerSecond: z.number(),
    remainingSeconds: z.number(),
  }),
]);
export type RunEvent = z.infer<typeof runEvent>;

export const split = z.enum(['train', 'validation', 'test']);
export type Split = z.infer<typeof split>;

export const evaluation = z.object({
  loss: z.number(),
  metrics: z.record(z.string(), z.number()),
  examples: z.int(),
  classes: z.array(z.string()).optional(),
  /** Row-major `[classes, classes]`: rows are the actual class, columns the predicted one. */
  confusion: int32Array.optional(),
  perClass: z
    .array(z.object({ precision: z.number(), recall: z.number(), f1: z.number(), support: z.int() }))
    .optional(),
  residuals: z.object({ predicted: float32Array, actual: float32Array }).optional(),
  /** Reconstruction: some examples and what the network makes of them, `[count, ...shape]`, in the data's own units. */
  restored: z.object({ count: z.int(), shape: z.array(z.int()), original: float32Array, restored: float32Array }).optional(),
  /** The examples with the largest loss, largest first. */
  worst: z.array(
    z.object({
      row: z.int(),
      loss: z.number(),
      actual: cell,
      predicted: cell,
      /** Probability given to the predicted class. */
      confidence: z.number().optional(),
      image: imageBatch.optional(),
      cells: z.array(z.object({ name: z.string(), value: cell })).optional(),
    }),
  ),
});
export type Evaluation = z.infer<typeof evaluation>;

/** The function a two-input network computes, over the plane of its inputs, in the data's own units. */
export const boundary = z.object({
  names: z.tuple([z.string(), z.string()]),
  x: float64Array,
  y: float64Array,
  classes: z.array(z.string()).nullable(),
  /** `[classes, ny, nx]` probabilities; for regression `[1, ny, nx]` predicted values. */
  values: float32Array,
  points: z.array(z.object({ split, x: float32Array, y: float32Array, label: float32Array })),
});
export type Boundary = z.infer<typeof boundary>;

export const file = z.object({ name: z.string(), bytes: uint8Array });
export type FileContents = z.infer<typeof file>;

const memberScores = z.record(z.string(), z.record(z.string(), z.number().nullable()));

const groupCurves = z.object({ members: int32Array, epoch: float64Array, step: float64Array, columns: z.record(z.string(), float32Array) });

/** The networks of a population and what they measured after each epoch. */
export const populationDetails = z.object({
  /** The places whose numbers differ between members. */
  varied: z.array(z.string()),
  /** What the best checkpoint looks at, and which way each figure is better. */
  watched: z.object({ name: z.string(), part: z.enum(['train', 'validation']) }),
  better: z.record(z.string(), z.enum(['higher', 'lower'])),
  members: z.array(z.object({
    member: z.int(),
    seed: z.int(),
    values: z.record(z.string(), z.number()),
    state: z.enum(['waiting', 'training', 'finished', 'early', 'diverged']),
    step: z.int(),
    epoch: z.number(),
    what: z.string().optional(),
    latest: memberScores.optional(),
    results: memberScores.optional(),
  })),
  /** One entry a group of members that were trained together; columns `validation.accuracy` are `[epochs, members]`. */
  curves: z.array(groupCurves),
  /** The same of what was measured of the weights: columns `hessian-top`, `hessian-top.threshold`. */
  measures: z.array(groupCurves),
});
export type PopulationDetails = z.infer<typeof populationDetails>;

const one = z.strictObject({ id: z.string() });
/** Which network of a population is meant. */
const memberChoice = z.int().min(0).optional();
const created = z.object({ id: z.string() });
/** Absent: the run's usual one, which is the last, or the best where it stops early. */
const checkpointChoice = checkpointName.optional();

export const runsContract = {
  list: oc.output(z.array(runSummary)),
  create: oc
    .input(z.strictObject({ specification: z.unknown(), start: z.boolean().default(false), name: z.string().optional() }))
    .output(created),
  /** Trains from the beginning, or from where it stopped. */
  start: oc.input(one).output(z.void()),
  pause: oc.input(one).output(z.void()),
  resume: oc.input(one).output(z.void()),
  /** Ends the training for good, with a checkpoint. */
  stop: oc.input(one).output(z.void()),
  /** A new run that begins with the weights of a checkpoint; `changes` replaces fields of the specification. */
  branch: oc
    .input(
      z.strictObject({
        id: z.string(),
        checkpoint: checkpointChoice,
        changes: z.record(z.string(), z.unknown()).default({}),
        name: z.string().optional(),
        start: z.boolean().default(false),
      }),
    )
    .output(created),
  /** Removes the run's folder. */
  remove: oc.input(one).output(z.void()),
  /** Takes in a run folder from elsewhere. */
  open: oc.input(z.strictObject({ path: z.string() })).output(created),
  get: oc.input(one).output(runDetails),
  /** The members of a population that was started; null of a single network. */
  population: oc.input(one).output(populationDetails.nullable()),
  /** An ordinary run of one member: it can be compared, branched from and drawn like any other. */
  extract: oc.input(z.strictObject({ id: z.string(), member: z.int().min(0), name: z.string().optional() })).output(created),
  metrics: oc.input(one).output(runMetrics),
  /** Everything so far, then everything as it comes; ends when the run does. */
  watch: oc.input(z.strictObject({ id: z.string(), fromStep: z.int().min(0).optional() })).output(eventIterator(runEvent)),
  evaluation: oc
    .input(z.strictObject({ id: z.string(), split: split.default('validation'), checkpoint: checkpointChoice, member: memberChoice }))
    .output(evaluation),
  boundary: oc
    .input(z.strictObject({ id: z.string(), checkpoint: checkpointChoice, member: memberChoice, resolution: z.int().min(8).max(512).default(128) }))
    .output(boundary),
  /** Predicts every row of a data file and writes a CSV. */
  predict: oc
    .input(z.strictObject({ id: z.string(), path: z.string(), out: z.string(), checkpoint: checkpointChoice, member: memberChoice }))
    .output(z.object({ rows: z.int(), path: z.string() })),
  /** Lets a language model write; the same seed writes the same text. */
  generate: oc
    .input(z.strictObject({
      id: z.string(), prompt: z.string().max(20_000), length: z.int().min(1).max(5000).default(200), temperature: z.number().min(0).max(10).default(1),
      topK: z.int().min(1).optional(), seed: z.int().min(0).default(0), checkpoint: checkpointChoice, member: memberChoice,
    }))
    .output(z.object({ prompt: z.string(), text: z.string(), tokens: z.int() })),
  export: oc
    .input(z.strictObject({ id: z.string(), format: z.enum(['safetensors', 'onnx']), checkpoint: checkpointChoice, member: memberChoice }))
    .output(file),
  /** What a step of the run's training consists of. */
  graph: oc.input(z.strictObject({ id: z.string(), member: memberChoice })).output(stepSummary),
};
