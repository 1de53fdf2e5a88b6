import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import { float64Array } from './arrays';
import { checkpointName, file, split } from './runs';
import { figureLook } from './surfaces';

/** As `CurvatureRequest` of core/runs, of a run by its id. */
export const curvatureRequest = z.strictObject({
  run: z.string(),
  operator: z
    .enum(['hessian', 'gauss-newton', 'fisher', 'empirical-fisher', 'gradient-covariance', 'tangent-kernel', 'input-hessian'])
    .default('hessian'),
  top: z.int().min(0).max(200).default(1),
  bottom: z.int().min(0).max(200).default(0),
  /** Every eigenvalue, from the whole matrix; trace and norm, and the density where it is asked for, follow from them. */
  all: z.boolean().default(false),
  trace: z.enum(['hutchinson', 'hutch++', 'xtrace']).nullable().default(null),
  frobenius: z.boolean().default(false),
  density: z.boolean().default(false),
  /** Only parameters whose names begin so; empty: all. */
  layers: z.array(z.string().min(1)).default([]),
  /** Only parameters whose names fit one of these patterns (`*` any characters); empty: all. */
  parameters: z.array(z.string().min(1)).default([]),
  kinds: z.enum(['all', 'weights']).default('all'),
  byLayer: z.boolean().default(false),
  byBlock: z.boolean().default(false),
  /** Also at the checkpoints before this one: all, or so many of them. */
  over: z.union([z.literal('all'), z.int().min(2)]).nullable().default(null),
  split: split.default('train'),
  /** Number of examples, drawn with the seed; `null` takes all. */
  subset: z.int().min(1).nullable().default(null),
  /** One mini-batch of so many examples in place of the subset, BatchNorm with its statistics. */
  batch: z.int().min(1).nullable().default(null),
  seed: z.int().min(0).default(0),
  checkpoint: checkpointName.default('last'),
  batchNorm: z.enum(['evaluation', 'batch']).default('evaluation'),
  /** How eigenvalues are searched for. */
  algorithm: z.enum(['lanczos', 'lobpcg', 'power']).default('lanczos'),
  tolerance: z.number().positive().max(1).default(1e-3),
  maxIterations: z.int().min(1).max(2000).default(100),
  reorthogonalization: z.enum(['full', 'selective']).default('full'),
  /** Every entry of the diagonal, kept beside the figures as safetensors. */
  diagonal: z.boolean().default(false),
  products: z.int().min(6).max(10000).default(96),
  /** Keep the eigenvectors beside the figures, as safetensors. */
  vectors: z.boolean().default(false),
  /** Which network of a population. */
  member: z.int().min(0).optional(),
  /** Everything in float64, on the reference device in place of the run's own: some hundred times slower. */
  float64: z.boolean().default(false),
  /** Compute anew what was kept. */
  again: z.boolean().default(false),
});
export type CurvatureRequest = z.input<typeof curvatureRequest>;

/** Any number: the interval of a single sample is infinite. */
const real = z.custom<number>((value) => typeof value === 'number', 'expected a number');
const interval = z.tuple([real, real]);

/** As `Estimate` of core/curvature: the interval is of 95 %. */
export const curvatureEstimate = z.object({ algorithm: z.string(), value: real, standardError: real, interval, samples: z.int(), products: z.int() });
export type CurvatureEstimate = z.infer<typeof curvatureEstimate>;

/** Some eigenvalue lies within the residual of the value. `angle`: sine of the angle to its eigenvector, at most. */
export const eigenvalue = z.object({ value: real, residual: real, interval, converged: z.boolean(), gap: real.optional(), angle: real.optional() });
export type Eigenvalue = z.infer<typeof eigenvalue>;

/** As `SpectralDensity` of core/curvature: places, densities, and the interval of the densities. */
export const spectralDensity = z.object({
  grid: float64Array,
  density: float64Array,
  lower: float64Array,
  upper: float64Array,
  sigma: real,
  /** What the density gives by the way; less exact than a trace that is asked for. */
  trace: curvatureEstimate,
  largest: real,
  smallest: real,
  probes: z.int(),
  steps: z.int(),
  products: z.int(),
});
export type SpectralDensity = z.infer<typeof spectralDensity>;

/** What was found of one matrix; what was not asked for, or is not computed yet, is absent. */
export const curvatureFigures = z.object({
  dimension: z.int(),
  eigenvalues: z
    .object({
      /** Descending. */
      largest: z.array(eigenvalue),
      /** Ascending. */
      smallest: z.array(eigenvalue),
      iterations: z.int(),
      products: z.int(),
      converged: z.boolean(),
      tolerance: z.number(),
      /** What the products' rounding leaves of every residual, measured. */
      floor: real.optional(),
      algorithm: z.string(),
    })
    .optional(),
  /** Every eigenvalue, ascending; rounding moves each by so much at most. How many are below zero, nearer to it than the rounding, above it. */
  spectrum: z.object({ values: float64Array, rounding: real, negative: z.int(), zero: z.int(), positive: z.int(), products: z.int() }).optional(),
  /** Largest by smallest eigenvalue; otherwise why there is none. */
  condition: z.object({ value: real.optional(), interval: interval.optional(), reason: z.string().optional() }).optional(),
  /** In a few numbers; the standard error is that of an entry, as root of the mean square. */
  diagonal: z.object({ largest: real, smallest: real, mean: real, negative: z.int(), standardError: real, products: z.int() }).optional(),
  trace: curvatureEstimate.optional(),
  frobeniusNorm: curvatureEstimate.optional(),
  participationRatio: real.optional(),
  density: spectralDensity.optional(),
  entropyRank: real.optional(),
});
export type CurvatureFigures = z.infer<typeof curvatureFigures>;

/** What the figures are of. */
export const curvatureHead = z.object({
  run: z.object({ id: z.string(), name: z.string(), checkpoint: z.string(), step: z.int(), member: z.int().optional() }),
  /** The request in full, with what was not said filled in. */
  request: z.record(z.string(), z.unknown()),
  operator: z.string(),
  examples: z.int(),
  device: z.string(),
  gradientNorm: real,
  /** The checkpoints of a request over time, in order. */
  path: z.array(z.object({ checkpoint: z.union([z.literal('init'), z.int()]), step: z.int(), epoch: z.number(), loss: real.optional() })).readonly().optional(),
});
export type CurvatureHead = z.infer<typeof curvatureHead>;

export const curvatureCost = z.object({ seconds: z.number(), mostSeconds: z.number(), products: z.int(), matrices: z.int(), examples: z.int(), memoryBytes: z.number(), batchNorm: z.boolean() });
export type CurvatureCost = z.infer<typeof curvatureCost>;

export const curvatureEvent = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('start'), head: curvatureHead }),
  /** At work on one of the `parts`, counted from 1. */
  z.object({ kind: z.literal('progress'), text: z.string(), part: z.int(), parts: z.int() }),
  /** All that is known so far of one matrix: of the whole (`layer` is null) or a group, at the checkpoint asked for (`step` is null) or one before it. */
  z.object({ kind: z.literal('figures'), step: z.int().nullable(), layer: z.string().nullable(), figures: curvatureFigures }),
  /** `kept`: read from the run's folder, not computed. */
  z.object({ kind: z.literal('end'), id: z.string(), kept: z.boolean(), seconds: z.number() }),
]);
export type CurvatureEvent = z.infer<typeof curvatureEvent>;

/** The figures at one checkpoint of a request over time. */
export const curvaturePoint = z.object({ step: z.int(), figures: curvatureFigures.nullable(), layers: z.record(z.string(), curvatureFigures) });
export type CurvaturePoint = z.infer<typeof curvaturePoint>;

/** Tensors that can lie beside a result. */
export const curvatureTensors = z.enum(['vectors', 'diagonal']);
export type CurvatureTensors = z.infer<typeof curvatureTensors>;

/** A result in the run's folder. */
export const curvatureListing = z.object({
  id: z.string(),
  head: curvatureHead,
  /** Milliseconds since 1970. */
  created: z.number(),
  /** Whether everything that was asked for is there; else it was stopped, and asking again goes on. */
  complete: z.boolean(),
  seconds: z.number(),
  /** Which tensors lie beside it. */
  tensors: z.array(curvatureTensors),
});
export type CurvatureListing = z.infer<typeof curvatureListing>;

export const keptCurvature = z.object({
  head: curvatureHead,
  figures: curvatureFigures.nullable(),
  layers: z.record(z.string(), curvatureFigures),
  points: z.array(curvaturePoint),
  seconds: z.number(),
  complete: z.boolean(),
});
export type KeptCurvature = z.infer<typeof keptCurvature>;

const one = z.strictObject({ run: z.string(), id: z.string() });

export const curvatureFormat = z.enum(['html', 'png', 'svg', 'pdf', 'csv', 'json']);
export type CurvatureFormat = z.infer<typeof curvatureFormat>;

export const curvatureContract = {
  /** Figures as they are found, kept in the run's folder; what is kept is read. Ending the stream early cancels. */
  compute: oc.input(curvatureRequest).output(eventIterator(curvatureEvent)),
  /** What a request would take: measured on one batch of the examples, and counted; usually, and with all the iterations that are allowed. */
  estimate: oc.input(curvatureRequest).output(curvatureCost),
  /** Results of a run, newest first. */
  list: oc.input(z.strictObject({ run: z.string() })).output(z.array(curvatureListing)),
  get: oc.input(one).output(keptCurvature),
  /** A page or a picture of all figures, a table of every number with its interval, or all as JSON. */
  export: oc.input(z.strictObject({ ...one.shape, format: curvatureFormat, look: figureLook.optional() })).output(file),
  /** The eigenvectors or the diagonal that were kept beside a result, as safetensors. */
  tensors: oc.input(z.strictObject({ ...one.shape, tensors: curvatureTensors })).output(file),
  remove: oc.input(one).output(z.void()),
};
