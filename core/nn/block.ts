import type { z } from 'zod';

/** The kinds of building blocks a run is composed of. Each is a folder of `core/blocks`. */
export const slots = [
  'architectures', 'activations', 'initializers', 'losses', 'regularizers', 'optimizers', 'schedules', 'augmentations',
  'metrics', 'measures',
] as const;
export type Slot = (typeof slots)[number];

/**
 * What is asked of an example: its class; numbers; the next token at each step of a text (`language-model`); or the example itself
 * (`reconstruction`).
 */
export type Task = 'classification' | 'regression' | 'language-model' | 'reconstruction';
/** What an example is: a row of numbers, a picture, a row of numbers for each step of time, a row of tokens. */
export type InputKind = 'table' | 'image' | 'sequence' | 'text';

/** Where a method was published; shown beside its form. */
export interface Paper {
  title: string;
  authors: string;
  year: number;
  venue?: string;
  /** A DOI (`10.1000/xyz`) or an arXiv identifier (`arXiv:1412.6980`). */
  id?: string;
}

/**
 * What a block may know about the run it is built for. Everything follows from the data set and the training length;
 * nothing here names another block.
 */
export interface BuildContext {
  task: Task;
  input: InputKind;
  /** Shape of one example as the network sees it: `[features]`, `[channels, height, width]`, `[steps, features]`, or `[steps]` of tokens. */
  exampleShape: readonly number[];
  /** Width of the network's output: the loss decides it (`Loss.outputs`). */
  outputs: number;
  /** Classification: how many classes, and how many training examples each has. */
  classes?: number;
  classCounts?: readonly number[];
  /** Names of the classes in their order. */
  classNames?: readonly string[];
  /** How the loss reads the output: probabilities over classes, a probability for each number, or the numbers themselves. */
  link?: 'softmax' | 'sigmoid' | 'identity';
  /** Regression: how many numbers are predicted for one example. */
  targets?: number;
  /** Reconstruction: the smallest and the largest number of the training examples. */
  range?: readonly [number, number];
  /** Text: how many tokens there are; an example's numbers are tokens below it. */
  vocabulary?: number;
  /** Length of the training, for schedules. */
  steps: number;
  stepsPerEpoch: number;
}

/**
 * An entry of the catalogue: a published method with its parameters as a schema, and the function that builds it.
 * Forms, validation, help and documentation are drawn from this record; nothing else names a block.
 */
export interface Block<S extends Slot = Slot, Built = unknown, P extends z.ZodObject = z.ZodObject> {
  slot: S;
  /** The name written in a specification: `"use": "adam"`. Lower case, words joined by hyphens. */
  use: string;
  /** The name a person reads: `Adam`. */
  title: string;
  /** One line: what it does and when to take it. */
  help: string;
  paper?: Paper;
  /** The tasks and inputs it fits; absent: every one. */
  tasks?: readonly Task[];
  inputs?: readonly InputKind[];
  /** The tasks for which this entry is proposed when the specification names none. */
  proposedFor?: readonly Task[];
  /** What an architecture is usually combined with, where it differs from the usual choice for the task. */
  proposes?: Readonly<Partial<Record<Slot, string>>>;
  /**
   * The parameters. Every field has a `.default`, its range, `.describe('one line of help')` and
   * `.meta({ label, unit?, scale?: 'log' | 'linear', advanced?: true })`. A path of a file has `.meta({ file: ['onnx'] })`: the
   * endings it may have.
   */
  parameters: P;
  /** Files that the parameters name, the named one first, then what it needs beside it: a run keeps copies of them. */
  files?(parameters: z.infer<P>): readonly string[];
  build(parameters: z.infer<P>, context: BuildContext): Built;
}

/** Declares a block; the type of `build`'s parameters follows from the schema. */
export function defineBlock<S extends Slot, P extends z.ZodObject, Built>(block: Block<S, Built, P>): Block<S, Built, P> {
  return block;
}
