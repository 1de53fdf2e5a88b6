import { isFloat, type Tensor } from '#core/graph';

/** A sum that is a product of matrices or a convolution plus a bias. */
export interface Biased {
  readonly product: Tensor;
  readonly bias: Tensor;
}

/**
 * Sees `x` as product + bias where ONNX has one operator for both: `Gemm` adds any matrix that broadcasts to its result,
 * `Conv` adds one number a channel.
 */
export function biased(x: Tensor): Biased | undefined {
  if (x.op !== 'add' || !isFloat(x.dtype)) return undefined;
  const [a, b] = x.inputs as [Tensor, Tensor];
  return asBiased(x, a, b) ?? asBiased(x, b, a);
}

function asBiased(x: Tensor, product: Tensor, bias: Tensor): Biased | undefined {
  if (product.shape.some((n, i) => n !== x.shape[i]) || product.rank !== x.rank) return undefined;
  if (product.op === 'matmul' && product.rank === 2 && product.inputs.every((input) => input.rank === 2)) {
    return bias.rank <= 2 && bias.rank > 0 ? { product, bias } : undefined;
  }
  if (product.op === 'conv' && bias.size === x.shape[1]) {
    const channels = [x.shape[1]!, ...x.shape.slice(2).map(() => 1)];
    const shape = bias.rank === x.rank ? [1, ...channels] : channels;
    return shape.length === bias.rank && shape.every((n, i) => n === bias.shape[i]) ? { product, bias } : undefined;
  }
  return undefined;
}
