import { z } from 'zod';

// Typed arrays cross the contract as they are: by structured clone over a MessagePort, as binary over a WebSocket.

export const float32Array = z.custom<Float32Array>((value) => value instanceof Float32Array, 'expected a Float32Array');
export const float64Array = z.custom<Float64Array>((value) => value instanceof Float64Array, 'expected a Float64Array');
export const int32Array = z.custom<Int32Array>((value) => value instanceof Int32Array, 'expected an Int32Array');
export const uint8Array = z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'expected a Uint8Array');

/** Columns of equal length by name: how metrics travel. */
export const columns = z.record(z.string(), float64Array);
export type Columns = z.infer<typeof columns>;

/** Pictures one after the other, RGBA, row by row: `pixels.length = count * height * width * 4`. */
export const imageBatch = z.object({
  width: z.int().min(1),
  height: z.int().min(1),
  channels: z.int().min(1),
  pixels: uint8Array,
});
export type ImageBatch = z.infer<typeof imageBatch>;

/** One cell of a table as a person reads it. */
export const cell = z.union([z.string(), z.number(), z.boolean(), z.null()]);
export type Cell = z.infer<typeof cell>;
