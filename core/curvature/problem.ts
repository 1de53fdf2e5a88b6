import type { Tensor } from '#core/graph';

type Numbers = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array;
type Tensors = Readonly<Record<string, Tensor>>;
type FeedType = 'float32' | 'float64' | 'int32' | 'int64';

/** What a parameter is: filters choose by it. */
export type ParameterKind = 'weight' | 'bias' | 'norm';

export interface CurvatureParameter {
  readonly data: Float32Array | Float64Array;
  /** PyTorch's layouts: dense `[out, in]`, convolution `[out, in / groups, kH, kW]`. */
  readonly shape: readonly number[];
  readonly kind: ParameterKind;
}

/** Examples that are evaluated together. Every batch has the same shapes; the last one is padded. */
export interface CurvatureBatch {
  readonly x: Numbers;
  readonly y: Numbers;
  /** `[batch]`, 1 for an example, 0 for padding. */
  readonly mask: Float32Array;
  /** Number of examples: the sum of the mask. */
  readonly count: number;
}

/**
 * What the network's outputs are taken for, which decides the Fisher information: `categorical`: logits of classes;
 * `bernoulli`: one logit an output; `gaussian`: means of unit variance.
 */
export type Likelihood = 'categorical' | 'bernoulli' | 'gaussian';

/**
 * A loss `L(w) = 1/N sum_i loss(outputs(w, x_i), y_i)` to be looked at around given weights. `core/runs` makes one from a
 * run folder; tests make them by hand.
 */
export interface CurvatureProblem {
  readonly parameters: Readonly<Record<string, CurvatureParameter>>;
  /** What the network holds besides its parameters (running statistics). */
  readonly buffers: Readonly<Record<string, { readonly data: Float32Array; readonly shape: readonly number[] }>>;
  /** Shape and element type of a batch's `x` and `y`, the batch axis included. */
  readonly exampleSpecs: {
    readonly x: { readonly shape: readonly number[]; readonly dtype: FeedType };
    readonly y: { readonly shape: readonly number[]; readonly dtype: FeedType };
  };
  readonly batches: readonly CurvatureBatch[];
  /** The network: `x [batch, ...]` to outputs `[batch, outputs]`. */
  outputs(parameters: Tensors, buffers: Tensors, x: Tensor): Tensor;
  /** The loss of every example, `[batch]`. */
  loss(outputs: Tensor, y: Tensor): Tensor;
  /**
   * The loss of every example where it is more than a function of the outputs (a network with a term of its own); default:
   * `loss(outputs(...), y)`.
   */
  losses?(parameters: Tensors, buffers: Tensors, x: Tensor, y: Tensor): Tensor;
  /** Absent where the outputs are no likelihood of one of these kinds: there is no Fisher information then. */
  readonly likelihood?: Likelihood;
}

/** The loss of every example of a batch, `[batch]`. */
export const exampleLosses = (problem: CurvatureProblem, parameters: Tensors, buffers: Tensors, { x, y }: { readonly x: Tensor; readonly y: Tensor }): Tensor =>
  problem.losses?.(parameters, buffers, x, y) ?? problem.loss(problem.outputs(parameters, buffers, x), y);

/** Number of examples of a problem. */
export const exampleCount = ({ batches }: { readonly batches: readonly { readonly count: number }[] }): number => batches.reduce((sum, { count }) => sum + count, 0);

/** Which parameters an operator acts on; the others stand still. */
export type ParameterFilter = (name: string, parameter: CurvatureParameter) => boolean;
