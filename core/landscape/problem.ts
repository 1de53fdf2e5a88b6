import type { Tensor } from '#core/graph';

type Numbers = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array;

/** What a parameter is, as far as directions care: biases and normalisation parameters stay put by default. */
export type ParameterKind = 'weight' | 'bias' | 'norm';

export interface LandscapeParameter {
  readonly data: Float32Array;
  /** PyTorch's layouts: dense `[out, in]`, convolution `[out, in / groups, kH, kW]`. */
  readonly shape: readonly number[];
  readonly kind: ParameterKind;
}

/** Examples that are evaluated together. Every batch of a problem has the same shapes; the last one is padded. */
export interface LandscapeBatch {
  readonly x: Numbers;
  readonly y: Numbers;
  /** `[batch]`, 1 for an example, 0 for padding. */
  readonly mask: Float32Array;
  /** Number of examples: the sum of the mask. */
  readonly count: number;
}

/**
 * Statistics that are taken anew with the weights of every point, before its quantities are: BatchNorm's recalibration.
 */
export interface Calibration {
  /** Examples, in batches that are full: padding would count. */
  readonly batches: readonly { readonly x: Numbers }[];
  readonly x: { readonly shape: readonly number[]; readonly dtype: 'float32' | 'float64' | 'int32' | 'int64' };
  /** Names of the buffers that are taken anew. */
  readonly names: readonly string[];
  /** What one batch says of each of them; their mean over the batches stands in for the stored ones. */
  statistics(parameters: Readonly<Record<string, Tensor>>, buffers: Readonly<Record<string, Tensor>>, x: Tensor): Readonly<Record<string, Tensor>>;
}

/** How sums over examples become the number that is shown. */
export type QuantityFinish = 'mean' | 'root-mean';

/**
 * A function of the weights to be looked at: a network, its data and the quantities of interest. `core/runs` makes one
 * from a run folder; tests make them by hand.
 */
export interface LandscapeProblem {
  /** The centre of the picture, by name. */
  readonly parameters: Readonly<Record<string, LandscapeParameter>>;
  /** What the network holds besides its parameters (running statistics). Never perturbed; see `calibration`. */
  readonly buffers: Readonly<Record<string, { readonly data: Float32Array; readonly shape: readonly number[] }>>;
  /** Shape and element type of a batch's `x` and `y`, the batch axis included. */
  readonly exampleSpecs: {
    readonly x: { readonly shape: readonly number[]; readonly dtype: 'float32' | 'float64' | 'int32' | 'int64' };
    readonly y: { readonly shape: readonly number[]; readonly dtype: 'float32' | 'float64' | 'int32' | 'int64' };
  };
  readonly batches: readonly LandscapeBatch[];
  /**
   * The quantities of one batch: each a scalar, the SUM over the unmasked examples (of the loss, of "was right", ...).
   */
  evaluate(
    parameters: Readonly<Record<string, Tensor>>,
    buffers: Readonly<Record<string, Tensor>>,
    batch: { readonly x: Tensor; readonly y: Tensor; readonly mask: Tensor },
  ): Readonly<Record<string, Tensor>>;
  /** By quantity; absent: the mean over examples. */
  readonly finish?: Readonly<Record<string, QuantityFinish>>;
  /** Number of examples behind a quantity's sum, where it is not all of them: the mean is over these. */
  readonly examples?: Readonly<Record<string, number>>;
  /** Absent: the buffers are the same everywhere. */
  readonly calibration?: Calibration;
}
