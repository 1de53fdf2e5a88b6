import { isFloat, type Tensor } from '#core/graph';

/** A node for which ONNX has one operator together with nodes before it; nothing else may read those. */
export type Fusion = Sum | SquaredSum;

/**
 * A sum with a product of matrices or a convolution: `Gemm` adds any matrix that broadcasts to its result, `Conv` one number a
 * channel.
 */
export interface Sum {
  readonly kind: 'sum';
  readonly product: Tensor;
  readonly addend: Tensor;
  /** The product is subtracted after multiplication with this scalar: a step of gradient descent. */
  readonly descent?: Tensor;
  readonly absorbed: readonly Tensor[];
}

/** A sum of squares, as in norms. */
export interface SquaredSum {
  readonly kind: 'squared-sum';
  readonly absorbed: readonly Tensor[];
}

/** Sees `x` as a fusion; `uses` counts the readers of a tensor. */
export function fusion(x: Tensor, uses: (x: Tensor) => number): Fusion | undefined {
  if (!isFloat(x.dtype)) return undefined;
  const found = rules[x.op]?.(x);
  return found?.absorbed.every((part) => uses(part) === 1) === true ? found : undefined;
}

const matrixProduct = (x: Tensor): boolean => x.op === 'matmul' && x.rank === 2 && x.inputs.every((input) => input.rank === 2) && x.size > 0;

const rules: Readonly<Record<string, (x: Tensor) => Fusion | undefined>> = {
  add: withProduct,
  sub: descent,
  sum: (x) => (x.inputs[0]!.op === 'square' && x.rank === 0 ? { kind: 'squared-sum', absorbed: [x.inputs[0]!] } : undefined),
};

function withProduct(x: Tensor): Sum | undefined {
  const [a, b] = x.inputs as [Tensor, Tensor];
  return biased(x, a, b) ?? biased(x, b, a);
}

function biased(x: Tensor, product: Tensor, addend: Tensor): Sum | undefined {
  if (product.rank !== x.rank || product.size !== x.size) return undefined;
  if (matrixProduct(product)) return addend.rank === 1 || addend.rank === 2 ? { kind: 'sum', product, addend, absorbed: [product] } : undefined;
  if (product.op !== 'conv' || addend.size !== x.shape[1]) return undefined;
  const channels = [x.shape[1]!, ...x.shape.slice(2).map(() => 1)];
  const shape = addend.rank === x.rank ? [1, ...channels] : channels;
  const perChannel = shape.length === addend.rank && shape.every((n, i) => n === addend.shape[i]);
  return perChannel ? { kind: 'sum', product, addend, absorbed: [product] } : undefined;
}

/** `w - s (A B)` with a scalar `s`: scaling the smaller factor saves two passes over the weights. */
function descent(x: Tensor): Sum | undefined {
  const [weights, step] = x.inputs as [Tensor, Tensor];
  if (step.op !== 'mul' || weights.size !== x.size || step.size !== x.size) return undefined;
  const at = step.inputs.findIndex((input) => input.rank === 0);
  const product = step.inputs[1 - at];
  if (at < 0 || product === undefined || !matrixProduct(product)) return undefined;
  if (Math.min(...product.inputs.map((input) => input.size)) > x.size / 2) return undefined;
  return { kind: 'sum', product, addend: weights, descent: step.inputs[at]!, absorbed: [product, step] };
}
