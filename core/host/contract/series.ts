import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import { file, runState } from './runs';
import { pictureLook, surface, surfaceEstimate, surfaceRequest } from './surfaces';

/** Which moments of training: every kept checkpoint, or so many evenly spaced. */
export const moments = z.union([z.literal('all'), z.int().min(2)]);
export type Moments = z.infer<typeof moments>;

export const surfaceSeries = z.object({
  id: z.string(),
  steps: z.array(z.int()),
  /** In training order, along the same directions; those not begun yet are missing at the end. */
  slices: z.array(surface),
});
export type SurfaceSeries = z.infer<typeof surfaceSeries>;

export const seriesListing = z.object({
  id: z.string(),
  plane: z.string(),
  grid: z.tuple([z.int(), z.int()]),
  split: z.string(),
  member: z.int().optional(),
  steps: z.array(z.int()),
  /** It grew with the run's training. */
  followed: z.boolean(),
  /** Slices whose every point is computed. */
  done: z.int(),
  created: z.number(),
});
export type SeriesListing = z.infer<typeof seriesListing>;

/** How far a series has come. */
export const seriesProgress = z.object({
  id: z.string(),
  slice: z.int(),
  slices: z.int(),
  step: z.int(),
  /** Points of this slice. */
  done: z.int(),
  total: z.int(),
});
export type SeriesProgress = z.infer<typeof seriesProgress>;

/** What following a training tells. */
export const followEvent = z.discriminatedUnion('kind', [
  /** What is waited for, or done before the first slice. */
  z.object({ kind: z.literal('waiting'), text: z.string() }),
  /** Of the slice that is computed; its points so far. */
  z.object({ kind: z.literal('progress'), id: z.string(), slice: z.int(), step: z.int(), done: z.int(), total: z.int() }),
  /** A slice that is whole. The first one of a series that goes on is told with those before it. */
  z.object({ kind: z.literal('slices'), id: z.string(), steps: z.array(z.int()), slices: z.array(surface) }),
  /** The run has ended, and how. */
  z.object({ kind: z.literal('over'), id: z.string(), state: runState, text: z.string() }),
]);
export type FollowEvent = z.infer<typeof followEvent>;

/** What a series takes: points and seconds are of all slices together. */
export const seriesEstimate = surfaceEstimate.extend({
  slices: z.int(),
  /** Slices that an earlier attempt has left whole. */
  doneSlices: z.int(),
});
export type SeriesEstimate = z.infer<typeof seriesEstimate>;

/** What a slice of a training that is followed takes, with the path so far. */
export const followEstimate = surfaceEstimate.extend({
  /** With the longest path that is drawn. */
  longestSeconds: z.number(),
  /** From the beginning of one slice to that of the next: as asked for, or twice what a slice takes. */
  secondsApart: z.number(),
});
export type FollowEstimate = z.infer<typeof followEstimate>;

const followRequest = z.strictObject({ request: surfaceRequest, every: z.number().min(0).max(86_400).default(5) });

const one = z.strictObject({ run: z.string(), id: z.string() });

export const seriesContract = {
  list: oc.input(z.strictObject({ run: z.string() })).output(z.array(seriesListing)),
  estimate: oc.input(z.strictObject({ request: surfaceRequest, moments })).output(seriesEstimate),
  /** Ending the stream early cancels and keeps what was computed; asking again continues. */
  compute: oc.input(z.strictObject({ request: surfaceRequest, moments })).output(eventIterator(seriesProgress)),
  followEstimate: oc.input(followRequest).output(followEstimate),
  /**
   * Slices through the newest weights of a run while it trains, until it ends, at least `every` seconds apart. Ending the stream early
   * cancels and keeps what was computed; the same request goes on.
   */
  follow: oc.input(followRequest).output(eventIterator(followEvent)),
  get: oc.input(one).output(surfaceSeries),
  export: oc
    .input(one.extend({ format: z.enum(['html', 'png', 'zip', 'json']), quantity: z.string().optional(), look: pictureLook.optional() }))
    .output(file),
  remove: oc.input(one).output(z.void()),
};
