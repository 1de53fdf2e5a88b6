import type { Tensor } from '#core/graph';
import type { OnnxBuilder } from '../builder';

export type LayoutName = 'turned' | 'blocked';

/**
 * Another arrangement of a tensor's numbers in memory, in which ONNX Runtime's kernels are quicker. The graph knows nothing of it: each
 * tensor is computed in one arrangement and converted where a reader wants the other; conversions that nobody reads are dropped.
 */
export interface Layout {
  readonly name: LayoutName;
  /** Of `order`, inputs before users, the tensors to compute in this layout. */
  members(order: readonly Tensor[], b: OnnxBuilder): ReadonlySet<Tensor>;
  /** Emits a member; the result is in this layout. */
  lower(x: Tensor, b: OnnxBuilder): string;
  fromPlain(x: Tensor, b: OnnxBuilder): string;
  toPlain(x: Tensor, value: string, b: OnnxBuilder): string;
  /** How programs exchange tensors in this layout; absent where they do not. */
  readonly exchange?: Exchange;
}

interface Exchange {
  /** Whether tensors of such a type and shape are exchanged in this layout. Nothing else may count: all programs have to see it alike. */
  serves(x: Tensor, b: OnnxBuilder): boolean;
  /** A value in this layout as an array of the tensor's shape. */
  seal(x: Tensor, value: string, b: OnnxBuilder): string;
  /** Such an array as a value in this layout. */
  open(x: Tensor, array: string, b: OnnxBuilder): string;
}
