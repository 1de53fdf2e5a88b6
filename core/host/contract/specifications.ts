import { oc } from '@orpc/contract';
import { z } from 'zod';
import { dataSpecification } from './datasets';

/** A run specification; `core/runs` checks it field by field. */
export const runSpecification = z.record(z.string(), z.unknown());
export type RunSpecificationDocument = z.infer<typeof runSpecification>;

export const issue = z.object({
  /** Where in the specification: `['optimizer', 'learningRate']`. */
  path: z.array(z.union([z.string(), z.number()])),
  message: z.string(),
  hint: z.string().optional(),
});
export type SpecificationIssue = z.infer<typeof issue>;

/** A training step, counted before it runs. */
export const stepSummary = z.object({
  /** Nodes that compute something; of a loop's body once. */
  nodes: z.int(),
  flops: z.number(),
  /** Bytes read and written by all operations. */
  bytes: z.number(),
  /** Bytes that the step holds. */
  memory: z.object({ inputs: z.number(), outputs: z.number(), constants: z.number(), intermediates: z.number(), total: z.number() }),
  /** Seconds that a step should take, from each operation and the device's measured speed. */
  seconds: z.number(),
  /** By op, the most time first. */
  ops: z.array(z.object({ op: z.string(), nodes: z.int(), flops: z.number(), bytes: z.number(), seconds: z.number() })),
});
export type StepSummary = z.infer<typeof stepSummary>;

export const trainingEstimate = z.object({
  secondsPerEpoch: z.number(),
  seconds: z.number(),
  memoryBytes: z.number(),
  /** `calibrated`: from this device's measured speed; `counted`: from the operations alone, a rough guess. */
  basis: z.enum(['calibrated', 'counted']),
  step: stepSummary,
});
export type TrainingEstimate = z.infer<typeof trainingEstimate>;

export const specificationCheck = z.object({
  ok: z.boolean(),
  issues: z.array(issue),
  /** The specification with every default filled in. */
  resolved: runSpecification.optional(),
  parameters: z.int().optional(),
  /** What is worth knowing of the network: how an imported one meets the data. */
  notes: z.array(z.string()).optional(),
  /** Networks in the run, where it is a population. */
  members: z.int().optional(),
  estimate: trainingEstimate.optional(),
});
export type SpecificationCheck = z.infer<typeof specificationCheck>;

export const sample = z.object({
  id: z.string(),
  title: z.string(),
  help: z.string(),
  kind: z.enum(['generator', 'file']),
  specification: runSpecification,
});
export type Sample = z.infer<typeof sample>;

export const specificationsContract = {
  check: oc.input(z.strictObject({ specification: z.unknown() })).output(specificationCheck),
  /** JSON Schema of a run specification. */
  schema: oc.output(z.record(z.string(), z.unknown())),
  /** A good first run for this data. */
  propose: oc.input(z.strictObject({ data: dataSpecification })).output(runSpecification),
};

export const samplesContract = {
  list: oc.output(z.array(sample)),
};
