import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import { float64Array } from './arrays';
import { checkpointName, file, split, weightsName } from './runs';
import { figureLook } from './surfaces';

const ends = z.strictObject({ run: z.string(), checkpoint: weightsName.default('last'), member: z.int().min(0).optional() });

export const pathKind = z.enum(['line', 'bezier', 'chain', 'band']);
export type PathKind = z.infer<typeof pathKind>;

/** As `PathRequest` of core/runs, of a run by its id. */
export const pathRequest = z.strictObject({
  run: z.string(),
  to: ends,
  kind: pathKind.default('bezier'),
  align: z.boolean().default(false),
  checkpoint: checkpointName.default('last'),
  /** Absent: what is usual for the kind. */
  epochs: z.int().min(1).max(100_000).optional(),
  /** Absent: as the run was trained, at most 128. */
  batchSize: z.int().min(1).optional(),
  learningRate: z.number().positive().default(0.05),
  momentum: z.number().min(0).lt(1).default(0.9),
  pivots: z.int().min(1).max(100).default(4),
  cycles: z.int().min(1).max(20).default(4),
  spring: z.number().min(0).max(1).default(0.5),
  points: z.int().min(3).max(10_001).default(61),
  /** Absent: train, and test where there is one. */
  splits: z.array(split).min(1).optional(),
  subset: z.int().min(1).nullable().default(null),
  seed: z.int().min(0).default(0),
  /** Which network of a population. */
  member: z.int().min(0).optional(),
});
export type PathRequest = z.input<typeof pathRequest>;

/** Any number: a barrier can be infinite. */
const real = z.custom<number>((value) => typeof value === 'number', 'expected a number');

export const pathBarrier = z.object({ aboveLine: real, at: real, aboveMean: real, highest: real, mean: real });
export type PathBarrier = z.infer<typeof pathBarrier>;

/** As `PathResult` of core/landscape. */
export const path = z.object({
  id: z.string(),
  /** What made it; enough to make it again. */
  recipe: z.record(z.string(), z.unknown()),
  /** Which path it is, in words. */
  title: z.string(),
  t: float64Array,
  /** Length of the path up to each place; NaN while it is not known. */
  distance: float64Array,
  straight: real,
  /** By part of the data and quantity; NaN: not computed. */
  values: z.record(z.string(), z.record(z.string(), float64Array)),
  /** By part of the data and quantity, once all places are known. */
  barriers: z.record(z.string(), z.record(z.string(), pathBarrier)),
  steps: z.object({ done: z.int(), total: z.int() }),
  inner: z.int(),
  alignment: z.object({ distanceBefore: real, distanceAfter: real, passes: z.int(), groups: z.int(), kept: z.array(z.object({ name: z.string(), op: z.string() })) }).optional(),
  done: z.int(),
});
export type Path = z.infer<typeof path>;

export const pathEstimate = z.object({ seconds: z.number(), alignSeconds: z.number(), trainSeconds: z.number(), evaluateSeconds: z.number(), steps: z.int(), parameters: z.int() });
export type PathEstimate = z.infer<typeof pathEstimate>;

export const pathEvent = z.discriminatedUnion('kind', [
  /** The path before anything is computed, or as an earlier attempt left it. */
  z.object({ kind: z.literal('start'), path }),
  z.object({ kind: z.literal('align'), pass: z.int(), agreement: z.number() }),
  /** `sketch`: the training loss at some places of the path as it is now. */
  z.object({ kind: z.literal('train'), step: z.int(), steps: z.int(), loss: z.number(), remainingSeconds: z.number(), sketch: z.object({ t: float64Array, loss: float64Array }).optional() }),
  z.object({ kind: z.literal('point'), index: z.int(), values: z.record(z.string(), z.record(z.string(), real)), done: z.int(), total: z.int() }),
  z.object({ kind: z.literal('end'), path }),
]);
export type PathEvent = z.infer<typeof pathEvent>;

export const pathListing = z.object({ id: z.string(), title: z.string(), kind: pathKind, created: z.number(), complete: z.boolean(), lossBarrier: real.nullable() });
export type PathListing = z.infer<typeof pathListing>;

export const pathFormat = z.enum(['json', 'csv', 'svg', 'png', 'pdf', 'html']);
export type PathFormat = z.infer<typeof pathFormat>;

/** How the exported picture of a path looks. */
export const pathLook = figureLook.extend({ scale: z.enum(['linear', 'log']).optional() });
export type PathLook = z.infer<typeof pathLook>;

const one = z.strictObject({ run: z.string(), id: z.string() });

export const pathsContract = {
  list: oc.input(z.strictObject({ run: z.string() })).output(z.array(pathListing)),
  estimate: oc.input(pathRequest).output(pathEstimate),
  /** Ending the stream early cancels and keeps what was computed; asking again continues. */
  compute: oc.input(pathRequest).output(eventIterator(pathEvent)),
  /** What makes the path of an exported file again, on the run that it names; `null`: the file holds no recipe of a path. Refused, with what differs, where a run or its weights are not here. */
  fromRecipe: oc.input(z.strictObject({ path: z.string() })).output(pathRequest.nullable()),
  get: oc.input(one).output(path),
  export: oc.input(one.extend({ format: pathFormat, look: pathLook.optional() })).output(file),
  /** Weights that a run can begin with: `midpoint`, `end` (aligned), or a trained point counted from 1. */
  weights: oc.input(one.extend({ which: z.union([z.enum(['midpoint', 'end']), z.int().min(1)]) })).output(file),
  remove: oc.input(one).output(z.void()),
};
