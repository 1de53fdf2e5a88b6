import { isFloat, isPerChannel, type Tensor } from '#core/graph';

/** A node for which ONNX has one operator together with nodes before it; nothing else may read those. */
export type Fusion = Sum | Affine | SquaredSum | Joined;

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

/** One factor and one summand a channel: `BatchNormalization` with mean 0 and variance 1 does both in one pass. */
export interface Affine {
  readonly kind: 'affine';
  readonly x: Tensor;
  readonly scale: Tensor;
  readonly shift: Tensor;
  /** The summand is subtracted. */
  readonly minus: boolean;
  readonly absorbed: readonly Tensor[];
}

/** A sum of squares, as in norms. */
export interface SquaredSum {
  readonly kind: 'squared-sum';
  readonly absorbed: readonly Tensor[];
}

/** Pieces that were padded with zeros to be added, as the gradient of slicing does: they lie beside each other. */
export interface Joined {
  readonly kind: 'joined';
  readonly axis: number;
  /** From the first to the last. */
  readonly parts: readonly Tensor[];
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
  add: (x) => joined(x) ?? withProduct(x) ?? affine(x, x.inputs[0]!, x.inputs[1]!) ?? affine(x, x.inputs[1]!, x.inputs[0]!),
  sub: (x) => descent(x) ?? affine(x, x.inputs[0]!, x.inputs[1]!),
  sum: (x) => (x.inputs[0]!.op === 'square' && x.rank === 0 ? { kind: 'squared-sum', absorbed: [x.inputs[0]!] } : undefined),
};

function withProduct(x: Tensor): Sum | undefined {
  const [a, b] = x.inputs as [Tensor, Tensor];
  return biased(x, a, b) ?? biased(x, b, a);
}

function biased(x: Tensor, product: Tensor, addend: Tensor): Sum | undefined {
  if (product.size !== x.size) return undefined;
  // Rows of more than two axes are one tall product; a bias is the same for all of them.
  const tall = product.op === 'reshape' && product.rank === x.rank ? product.inputs[0]! : undefined;
  if (tall !== undefined && matrixProduct(tall) && addend.rank === 1 && addend.size === tall.shape[1] && addend.size === x.shape.at(-1)) {
    return { kind: 'sum', product: tall, addend, absorbed: [tall, product] };
  }
  if (product.rank !== x.rank) return undefined;
  if (matrixProduct(product)) return addend.rank === 1 || addend.rank === 2 ? { kind: 'sum', product, addend, absorbed: [product] } : undefined;
  return product.op === 'conv' && isPerChannel(addend, x) ? { kind: 'sum', product, addend, absorbed: [product] } : undefined;
}

function affine(node: Tensor, product: Tensor, shift: Tensor): Affine | undefined {
  if (product.op !== 'mul' || product.size !== node.size || node.dtype !== 'float32' || !isPerChannel(shift, node)) return undefined;
  const at = product.inputs.findIndex((input) => isPerChannel(input, node));
  const x = product.inputs[1 - at];
  if (at < 0 || x === undefined || x.size !== node.size || x.rank !== node.rank) return undefined;
  return { kind: 'affine', x, scale: product.inputs[at]!, shift, minus: node.op === 'sub', absorbed: [product] };
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

/** Pieces of a sum with where each begins; every sum on the way but `x` itself is read by its own sum only. */
function pieces(x: Tensor, top: boolean): { readonly pad: Tensor; readonly sums: readonly Tensor[] }[] | undefined {
  if (x.op === 'pad') return x.attributes['value'] === 0 ? [{ pad: x, sums: [] }] : undefined;
  if (x.op !== 'add') return undefined;
  const parts = x.inputs.map((input) => (input.size === x.size ? pieces(input, false) : undefined));
  if (parts.includes(undefined)) return undefined;
  return parts.flatMap((list, i) => list!.map((piece) => (i === 0 && !top ? { ...piece, sums: [...piece.sums, x] } : piece)));
}

function joined(x: Tensor): Joined | undefined {
  const found = pieces(x, true);
  if (found === undefined || new Set(found.map(({ pad }) => pad)).size < found.length) return undefined;
  const low = (pad: Tensor): readonly number[] => pad.attributes['low'] as readonly number[];
  const part = (pad: Tensor): Tensor => pad.inputs[0]!;
  const axes = x.shape.flatMap((n, axis) => (found.some(({ pad }) => part(pad).shape[axis] !== n) ? [axis] : []));
  const axis = axes[0];
  if (axis === undefined || axes.length > 1) return undefined;
  const sorted = found.map(({ pad }) => pad).sort((a, b) => low(a)[axis]! - low(b)[axis]!);
  let end = 0;
  for (const pad of sorted) {
    if (low(pad)[axis] !== end) return undefined;
    end += part(pad).shape[axis]!;
  }
  return end === x.shape[axis] ? { kind: 'joined', axis, parts: sorted.map(part), absorbed: [...sorted, ...found.flatMap(({ sums }) => sums)] } : undefined;
}
