import type { Tensor } from '#core/graph';
import type { Initializer } from './initializer';

export type Shape = readonly number[];
export type Tensors = Readonly<Record<string, Tensor>>;

/** What a parameter is for: pruning, decay and filter normalisation treat the three kinds differently. */
export type ParameterKind = 'weight' | 'bias' | 'norm';

export interface ParameterSpec {
  shape: Shape;
  kind: ParameterKind;
  /** Inputs that feed one output unit, and outputs that one input unit feeds (receptive field included). */
  fanIn: number;
  fanOut: number;
  /** A constant, or the rule that draws the first values. */
  initial: number | Initializer;
}

/** State that training updates without a gradient: BatchNorm's running statistics. */
export interface BufferSpec {
  shape: Shape;
  /** One number everywhere, or all of them. */
  initial: number | Float32Array;
}

/** How a network is applied. */
export interface Mode {
  /** Training: dropout drops, BatchNorm uses the batch's statistics and updates the running ones. */
  train: boolean;
  /** BatchNorm uses the batch's own statistics; the value of `train` when absent. */
  batchStatistics?: boolean;
  /**
   * BatchNorm uses the batch's own statistics and gives these (mean, unbiased variance), not a blend, as the buffers' next values, in
   * training or not. For taking the running statistics anew.
   */
  gatherStatistics?: boolean;
  /** Key (int32 `[2]`) of the random stream with this name; needed in training by layers that draw numbers. */
  random?: (name: string) => Tensor;
}

/**
 * A network or a part of one: a pure function of its parameters, and the description of those parameters.
 * Names and layouts are PyTorch's (`layers.0.weight`, Linear `[out, in]`, convolution `[out, in / groups, kH, kW]`,
 * images NCHW), so that its state opens there.
 */
export interface Module {
  /** For summaries: `Linear 784 -> 512`. */
  readonly title: string;
  /** Shapes of one example, without the batch axis. */
  readonly inputShape: Shape;
  readonly outputShape: Shape;
  readonly parameters: Readonly<Record<string, ParameterSpec>>;
  readonly buffers: Readonly<Record<string, BufferSpec>>;
  /** What a person should know of how it was made: what an imported model ends with, which weights a file did not have. */
  readonly notes?: readonly string[];
  /**
   * `x: [batch, ...inputShape]` to `output: [batch, ...outputShape]`, and the buffers' next values. `auxiliary`: terms for the loss
   * that only the network knows, `[batch]` each, such as the divergence `kl` of a variational autoencoder.
   */
  apply(parameters: Tensors, buffers: Tensors, x: Tensor, mode: Mode): { output: Tensor; buffers: Tensors; auxiliary?: Tensors };
}

/** A layer that is told the shape of its input: how networks are put together. */
export type Layer = (inputShape: Shape) => Module;

/** How many numbers a module's parameters hold. */
export function parameterCount(module: Module): number {
  return Object.values(module.parameters).reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
}
