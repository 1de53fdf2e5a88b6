import { range, type Tensor } from '#core/graph';
import type { OnnxBuilder } from '../../builder';
import { BLOCKED_DOMAIN } from './block-size';
import { reshape } from './layout';

/** A convolution smaller than this (multiplications) gains less than its reordering costs. */
export const WORTH_IT = 3e5;

/** How a convolution reads images of `channels` channels in `groups` groups: by blocks, or, if they are few, as they are. */
export function reading(channels: number, groups: number, block: number): 'blocks' | 'plain' | undefined {
  const perGroup = channels / groups;
  if (perGroup < block) return channels < block || channels % block === 0 ? 'plain' : undefined;
  if (groups > 1) return perGroup % block === 0 ? 'blocks' : undefined;
  return channels % 4 === 0 ? 'blocks' : undefined;
}

/** Whether results of `channels` channels come in whole blocks, or are worth filling up. */
const writable = (channels: number, groups: number, block: number): boolean =>
  groups === 1 ? channels >= block / 2 : (channels / groups) % block === 0;

/** Whether ONNX Runtime's blocked kernels serve a convolution from `from` to `to` channels that takes `work` multiplications. */
export function serves(b: OnnxBuilder, dtype: Tensor['dtype'], from: number, to: number, groups: number, work: number): boolean {
  if (b.block === undefined || b.portable || dtype !== 'float32' || work < WORTH_IT) return false;
  return reading(from, groups, b.block) !== undefined && writable(to, groups, b.block);
}

/** Geometry of one blocked convolution. */
export interface Windows {
  readonly kernel: readonly [number, number];
  readonly stride: readonly number[];
  /** Top, left, bottom, right. */
  readonly pads: readonly number[];
  readonly dilation: readonly number[];
  readonly groups: number;
}

/** The operator itself: images, filters and perhaps one number a channel, all in blocks. */
export function blockedConvNode(inputs: readonly string[], g: Windows, b: OnnxBuilder, activation?: 'Relu'): string {
  const { kernel, stride, pads, dilation, groups } = g;
  return b.emit(
    'Conv',
    inputs,
    { kernel_shape: kernel, strides: stride, pads, dilations: dilation, group: groups, ...(activation === undefined ? {} : { activation }) },
    { domain: BLOCKED_DOMAIN },
  );
}

/** Strides, dilations or the like of a 1d convolution, for images of one row. */
export const two = (list: readonly number[]): readonly number[] => (list.length === 1 ? [1, list[0]!] : list);

/** How many of `channels` the operator adds up where they are not in blocks: the largest divisor below a block. Groups of it give one part of the sum each. */
export const largestPart = (channels: number, block: number): number => range(block - 1, 1).reduce((best, size) => (channels % size === 0 ? size : best), 1);

/** `[n, parts, m]` summed over the parts. */
export function sumOfParts(x: string, shape: readonly [number, number, number], b: OnnxBuilder): string {
  const apart = reshape(x, shape, b);
  return shape[1] === 1 ? apart : b.emit('ReduceSum', [apart, b.ints([1])], { keepdims: 0 });
}
