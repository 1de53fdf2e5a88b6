import type { z } from 'zod';
import type { Source } from '../source';

/**
 * A toy data set with a known law: its parameters as a schema, and the function that draws it. Forms, validation, help and
 * documentation come from this record.
 */
export interface Generator<P extends z.ZodObject = z.ZodObject> {
  /** The name written in a specification: `"use": "spirals"`. Lower case, words joined by hyphens. */
  use: string;
  /** The name a person reads: `Spirals`. */
  title: string;
  /** One line: what it is and what it is good for. */
  help: string;
  /**
   * The parameters, a strict object. Every field has a default, its range, `.describe('one line of help')` and
   * `.meta({ label, unit?, scale?: 'log' | 'linear', advanced?: true })`.
   */
  schema: P;
  /** Draws it; the same parameters give the same bits everywhere. @throws UserError where the parameters contradict each other */
  generate(parameters: z.infer<P>, signal?: AbortSignal): Source | Promise<Source>;
}

/** Declares a generator; the type of `generate`'s parameters follows from the schema. */
export function defineGenerator<P extends z.ZodObject>(generator: Generator<P>): Generator<P> {
  return generator;
}
