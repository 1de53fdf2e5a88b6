import { expandDims, gaussNewtonProduct, hvp, jvp, mul, scaledFilters, sigmoid, softmax, sub, sum, type Tensor, UserError, vjp } from '#core/graph';
import { type CurvatureProblem, exampleLosses } from '../problem';

type Tensors = Record<string, Tensor>;

/** One batch of a problem as tensors, the chosen parameters apart from those that stand still. */
export interface BatchTensors {
  readonly chosen: Tensors;
  readonly still: Tensors;
  readonly buffers: Tensors;
  readonly batch: { readonly x: Tensor; readonly y: Tensor; readonly mask: Tensor };
}

/** A batch's contribution to the product with `v`: summed over examples, to be divided by their number. */
export type Product = (problem: CurvatureProblem, tensors: BatchTensors, v: Tensors) => Tensors;

/** A value as products take derivatives of it: what lies in filters needs no pass over images, and of images less has to be kept. */
const forProducts = (value: Tensor): Tensor => scaledFilters([value])[0]!;

const outputsOf = (problem: CurvatureProblem, { still, buffers, batch }: BatchTensors) => (chosen: Tensors): Tensor =>
  forProducts(problem.outputs({ ...still, ...chosen }, buffers, batch.x));

/** The losses of the batch's true examples, zeros for padding. */
const lossesOf = (problem: CurvatureProblem, { still, buffers, batch }: BatchTensors) => (chosen: Tensors): Tensor =>
  forProducts(mul(exampleLosses(problem, { ...still, ...chosen }, buffers, batch), batch.mask));

/** Sum of the losses of the batch's true examples. */
const lossSum = (problem: CurvatureProblem, outputs: Tensor, { batch }: BatchTensors): Tensor => sum(mul(problem.loss(outputs, batch.y), batch.mask));

/** Hessian: `d^2 L / dw^2 v`. */
const hessian: Product = (problem, tensors, v) => {
  const losses = lossesOf(problem, tensors);
  return hvp((chosen: Tensors) => sum(losses(chosen)))(tensors.chosen, v);
};

/** `J' M J v` for the outputs' Jacobian `J` and a symmetric map `M` of the outputs. */
function sandwich(problem: CurvatureProblem, tensors: BatchTensors, v: Tensors, middle: (outputs: Tensor, u: Tensor) => Tensor): Tensors {
  const f = outputsOf(problem, tensors);
  const [outputs, u] = jvp(f, tensors.chosen, v);
  const [, pull] = vjp(f, tensors.chosen);
  return pull(middle(outputs, u));
}

/** Generalized Gauss-Newton matrix (Schraudolph 2002): `J' (d^2 loss / d outputs^2) J v`. */
const gaussNewton: Product = (problem, tensors, v) =>
  gaussNewtonProduct(outputsOf(problem, tensors), (outputs: Tensor) => lossSum(problem, outputs, tensors))(tensors.chosen, v);

/**
 * Fisher information `E[s s'] v`, `s` the score of an outcome drawn from the network's own prediction (Amari 1998), in
 * closed form over all outcomes: `J' F J` with `F` = `diag(p) - p p'` (categorical), `p (1 - p)` (Bernoulli), `1` (Gaussian of
 * unit variance).
 */
const fisher: Product = (problem, tensors, v) => {
  if (problem.likelihood === undefined) {
    throw new UserError('curvature.fisher', 'the outputs of this network are no likelihood whose Fisher information is known', { hint: 'Take gauss-newton or empirical-fisher.' });
  }
  return sandwich(problem, tensors, v, (outputs, u) => {
    const masked = mul(u, rows(tensors.batch.mask, u));
    if (problem.likelihood === 'gaussian') return masked;
    if (problem.likelihood === 'bernoulli') {
      const p = sigmoid(outputs);
      return mul(mul(p, sub(1, p)), masked);
    }
    const p = softmax(outputs, -1);
    return mul(p, sub(masked, sum(mul(p, masked), -1, true)));
  });
};

/** `[batch]` as `[batch, 1, ...]`, beside `like`. */
function rows(mask: Tensor, like: Tensor): Tensor {
  let spread = mask;
  while (spread.rank < like.rank) spread = expandDims(spread, -1);
  return spread;
}

/** Empirical Fisher `sum_i g_i g_i' v`: the examples' gradients at their own labels, uncentred. */
const empiricalFisher: Product = (problem, tensors, v) => {
  const losses = lossesOf(problem, tensors);
  const [, along] = jvp(losses, tensors.chosen, v);
  const [, pull] = vjp(losses, tensors.chosen);
  return pull(along);
};

/** What products with the loss's curvature in parameters there are. */
export const products = { hessian, 'gauss-newton': gaussNewton, fisher, 'empirical-fisher': empiricalFisher } as const;

export type ProductName = keyof typeof products;
