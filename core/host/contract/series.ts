import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import { file } from './runs';
import { pictureLook, surface, surfaceRequest } from './surfaces';

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

const one = z.strictObject({ run: z.string(), id: z.string() });

export const seriesContract = {
  list: oc.input(z.strictObject({ run: z.string() })).output(z.array(seriesListing)),
  /** Ending the stream early cancels and keeps what was computed; asking again continues. */
  compute: oc.input(z.strictObject({ request: surfaceRequest, moments })).output(eventIterator(seriesProgress)),
  get: oc.input(one).output(surfaceSeries),
  export: oc
    .input(one.extend({ format: z.enum(['html', 'png', 'zip', 'json']), quantity: z.string().optional(), look: pictureLook.optional() }))
    .output(file),
  remove: oc.input(one).output(z.void()),
};
