import type { MeasureBench } from './bench';
import type { Work } from './work';

/** Kinds of measures, in the order of the table. */
export const measureFamilies = {
  outputs: 'Outputs and margins',
  size: 'Size',
  frobenius: 'Frobenius norms and distance from initialization',
  spectral: 'Spectral norms of the kernels',
  'spectral-operator': 'Spectral norms of the convolutions',
  path: 'Path norms',
  'pac-bayes': 'PAC-Bayes',
  'worst-case': 'Worst-case bounds',
  sharpness: 'Sharpness',
  hessian: 'Hessian',
  gradient: 'Gradients and their noise',
  input: 'Sensitivity to the input',
} as const;
export type MeasureFamily = keyof typeof measureFamilies;

/**
 * Changes of the weights that leave the function of a ReLU network, or the ranking of its outputs, as it is:
 * `layer-rescaling`: a ReLU layer (weights and biases) times a, the next layer's weights divided by a; `unit-rescaling`: the same
 * with one factor for every hidden unit or channel; `permutation`: hidden units in another order; `logit-scale`: the last layer's
 * weights and biases, and so all outputs, multiplied by a positive number.
 */
export const invariances = ['layer-rescaling', 'unit-rescaling', 'permutation', 'logit-scale'] as const;
export type Invariance = (typeof invariances)[number];

/** What a measure cannot do without. */
export const measureNeeds = {
  classes: 'class labels: it is defined by which class is predicted',
  likelihood: 'outputs that are a prediction of probabilities over classes',
  initial: 'the weights that training began with',
  numbers: 'inputs that are numbers, not tokens',
  vectors: 'one row of outputs for each example',
} as const;
export type MeasureNeed = keyof typeof measureNeeds;

export interface MeasureSource {
  /** Authors, year, title. */
  readonly paper: string;
  /** The equation, section or theorem. */
  readonly where: string;
  /** A DOI or an arXiv identifier. */
  readonly id: string;
}

/** What a measure is, apart from its value. */
export interface MeasureDefinition {
  readonly id: string;
  readonly title: string;
  readonly family: MeasureFamily;
  readonly formula: string;
  readonly meaning: string;
  readonly source: MeasureSource;
  readonly unit: string;
  /** Which way is thought to go with a larger generalization gap; `null` where theory does not say. */
  readonly worse: 'higher' | 'lower' | null;
  readonly invariant: readonly Invariance[];
  /** Invariant but for a small constant in the definition. */
  readonly nearly?: readonly Invariance[];
  readonly needs: readonly MeasureNeed[];
  /** What has to be computed for it; shared between measures. */
  readonly work: readonly Work[];
  /** Raised when the formula changes: values that were kept of an earlier one are not taken for it. Default 1. */
  readonly revision?: number;
}

/**
 * How a value came about, which says what its interval is: `exact`: no interval, up to rounding; `examples`: 95 % over the choice of
 * examples; `estimate`: 95 % over random vectors; `search`: span of what repeated
 * searches leave open; `ascent`: the
 * largest that ascents from several starts found (a lower bound of the maximum), the interval spans what each found.
 */
export type MeasureKind = 'exact' | 'examples' | 'estimate' | 'search' | 'ascent';

export interface MeasureValue {
  readonly value: number;
  readonly kind: MeasureKind;
  readonly interval?: readonly [number, number];
  /** What a reader should know of this value. */
  readonly note?: string;
}

export interface Measure extends MeasureDefinition {
  /** @throws MeasureUnavailable where the network or the data do not allow it */
  compute(bench: MeasureBench): Promise<MeasureValue>;
}

/** A measure has no value for this network: why, for people. Other measures go on. */
export class MeasureUnavailable extends Error {}

/** A value without an interval. */
export const exact = (value: number, note?: string): MeasureValue => ({ value, kind: 'exact', ...(note !== undefined && { note }) });

/** The same measure of another quantity: value and interval through a monotone function. */
export function mapped({ value, interval, ...rest }: MeasureValue, f: (x: number) => number): MeasureValue {
  if (interval === undefined) return { ...rest, value: f(value) };
  const [a, b] = [f(interval[0]), f(interval[1])];
  return { ...rest, value: f(value), interval: a <= b ? [a, b] : [b, a] };
}
