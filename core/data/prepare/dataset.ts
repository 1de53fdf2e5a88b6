import type { Task } from '../infer/propose';
import type { Notice } from '../source';
import type { Transform } from './transform';

/** Examples of one part, ready for the network. */
export interface PreparedPart {
  count: number;
  /** `[count, ...exampleShape]`, row by row. */
  x: Float32Array;
  /** Class of each example; the (standardized) number to predict; the tokens to predict, -1 where none is asked for; or `x` itself. */
  y: Int32Array | Float32Array;
  /** Row of the source that each example came from. */
  rows: Int32Array;
}

/** One column of the source and the inputs it became. */
export interface FeatureDescription {
  name: string;
  type: string;
  /** Number of inputs. */
  width: number;
  /** In words: `standardized (mean 3.1, deviation 0.8)`. */
  treatment: string;
}

/** What preparation did to the data. */
export interface PreparationReport {
  dropped: { what: string; count: number; reason: string }[];
  imputed: { column: string; count: number; with: string }[];
  keptOut: { column: string; reason: string }[];
  warnings: Notice[];
}

/** A data set as training sees it. */
export interface PreparedDataset {
  task: Task;
  input: 'table' | 'image' | 'sequence' | 'text';
  /** `[features]`, `[channels, height, width]`, `[steps, features]`, or `[steps]` of tokens. */
  exampleShape: number[];
  /** One name an input of a table (`island=Biscoe`); empty for pictures. */
  inputNames: string[];
  features: FeatureDescription[];
  target: string;
  /** Text: number of tokens. */
  vocabulary?: number;
  /** Classification: number and names of the classes. Language modelling: number of tokens. */
  classes?: number;
  classNames?: string[];
  /** Regression: numbers predicted for one example, and how to get them back into the target's own unit. */
  targets?: number;
  targetScaling?: { mean: number; scale: number }[];
  train: PreparedPart;
  validation?: PreparedPart;
  test?: PreparedPart;
  /** Fitted on the training part; kept with a run so that new data are treated alike. */
  transform: Transform;
  /** SHA-256 of source and specification: the same data prepared the same way. */
  fingerprint: string;
  report: PreparationReport;
}
