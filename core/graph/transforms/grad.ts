import { isFloat } from '../dtype';
import { UserError } from '../error';
import { substitute } from '../order';
import { add, mul } from '../ops/arithmetic';
import { placeholder, zeros } from '../ops/source';
import { sum } from '../ops/reduce';
import { formatShape, sameShape, ShapeError } from '../shape';
import type { Tensor } from '../tensor';
import { type Tree, treeFlatten, treeLeaves, treeUnflatten } from '../tree';
import { gradients, pullback } from './gradients';
import { pushforward } from './pushforward';

type Params = Tree<Tensor>;

/**
 * Runs `use` on stand-ins for `xs` and puts the values back afterwards. Derivatives are taken in stand-ins, because the function
 * may also read the same value from outside, where it counts as a constant: `grad((p) => mul(p, x))(x)` is `x`.
 */
function withStandIns(xs: readonly Tensor[], use: (standIns: Tensor[]) => Tensor[]): Tensor[] {
  const standIns = xs.map((x) => placeholder(x.shape, x.dtype));
  const values = new Map(standIns.map((s, i) => [s, xs[i]!]));
  return substitute(use(standIns), values);
}

function floats(op: string, params: Params): Tensor[] {
  const { leaves, paths } = treeFlatten<Tensor>(params);
  const wrong = leaves.findIndex((x) => !isFloat(x.dtype));
  if (wrong >= 0) throw new UserError('graph.dtype', `${op}: no derivative in ${paths[wrong] || 'the argument'}: it is ${leaves[wrong]!.dtype}`);
  return leaves;
}

/**
 * Value and gradient of `f` in its first argument (a tree of float tensors): `[f(params, ...rest), gradients]`. With
 * `hasAux`, `f` returns `[value, aux]` and the result is `[[value, aux], gradients]`.
 */
export function valueAndGrad<P extends Params, Rest extends readonly unknown[]>(
  f: (params: P, ...rest: Rest) => Tensor,
  options?: { hasAux?: false },
): (params: P, ...rest: Rest) => [Tensor, P];
export function valueAndGrad<P extends Params, Rest extends readonly unknown[], A extends Tree<Tensor>>(
  f: (params: P, ...rest: Rest) => readonly [Tensor, A],
  options: { hasAux: true },
): (params: P, ...rest: Rest) => [[Tensor, A], P];
export function valueAndGrad<P extends Params, Rest extends readonly unknown[], A extends Tree<Tensor>>(
  f: (params: P, ...rest: Rest) => Tensor | readonly [Tensor, A],
  options: { hasAux?: boolean } = {},
): (params: P, ...rest: Rest) => [Tensor | [Tensor, A], P] {
  return (params, ...rest) => {
    const xs = floats('grad', params);
    let aux: A | undefined;
    const [value, ...others] = withStandIns(xs, (standIns) => {
      const result = f(treeUnflatten<Tensor, Tensor>(params, standIns) as P, ...rest);
      let y = result as Tensor;
      if (options.hasAux === true) [y, aux] = result as readonly [Tensor, A];
      return [y, ...gradients(y, standIns), ...(aux === undefined ? [] : treeLeaves<Tensor>(aux))];
    });
    const slopes = treeUnflatten<Tensor, Tensor>(params, others.slice(0, xs.length)) as P;
    if (aux === undefined) return [value!, slopes];
    return [[value!, treeUnflatten<Tensor, Tensor>(aux, others.slice(xs.length)) as A], slopes];
  };
}

/** Gradient of the scalar function `f` in its first argument, a tree like that argument. */
export function grad<P extends Params, Rest extends readonly unknown[]>(
  f: (params: P, ...rest: Rest) => Tensor,
): (params: P, ...rest: Rest) => P {
  const both = valueAndGrad(f);
  return (params, ...rest) => both(params, ...rest)[1];
}

/** Throws unless `v` has a leaf of the right shape for each of `xs`. */
function matching(op: string, xs: readonly Tensor[], v: Params): Tensor[] {
  const leaves = treeLeaves<Tensor>(v);
  if (leaves.length !== xs.length) throw new ShapeError(`${op}: ${leaves.length} vectors for ${xs.length} tensors`);
  leaves.forEach((leaf, i) => {
    if (!sameShape(leaf.shape, xs[i]!.shape)) {
      throw new ShapeError(`${op}: vector ${i} is ${formatShape(leaf.shape)}, its tensor is ${formatShape(xs[i]!.shape)}`);
    }
  });
  return leaves;
}

/** `[f(x), pull]`, where `pull(g)` multiplies a cotangent (a tree like the result) by the Jacobian's transpose. */
export function vjp<P extends Params, R extends Params>(f: (x: P) => R, x: P): [R, (g: R) => P] {
  const xs = floats('vjp', x);
  const y = f(x);
  const pull = (g: R): P => {
    const result = withStandIns(xs, (standIns) => {
      const ys = treeLeaves<Tensor>(f(treeUnflatten<Tensor, Tensor>(x, standIns) as P));
      return pullback(ys, matching('vjp', ys, g), standIns);
    });
    return treeUnflatten<Tensor, Tensor>(x, result) as P;
  };
  return [y, pull];
}

/** `[f(x), J v]`: the value and the directional derivative along `v`, a tree like `x`; one pass forward, about twice the work of `f`. */
export function jvp<P extends Params, R extends Params>(f: (x: P) => R, x: P, v: NoInfer<P>): [R, R] {
  const xs = floats('jvp', x);
  const vs = matching('jvp', xs, v);
  let y: R;
  const results = withStandIns(xs, (standIns) => {
    y = f(treeUnflatten<Tensor, Tensor>(x, standIns) as P);
    const { values, tangents } = pushforward(treeLeaves<Tensor>(y), standIns, vs);
    return [...values, ...tangents.map((tangent, i) => tangent ?? zeros(values[i]!.shape, values[i]!.dtype))];
  });
  const count = results.length / 2;
  return [treeUnflatten<Tensor, Tensor>(y!, results.slice(0, count)) as R, treeUnflatten<Tensor, Tensor>(y!, results.slice(count)) as R];
}

/** Hessian-vector product of the scalar function `f`: `hvp(f)(params, v, ...rest)` is a tree like `params`. */
export function hvp<P extends Params, Rest extends readonly unknown[]>(
  f: (params: P, ...rest: Rest) => Tensor,
): (params: P, v: P, ...rest: Rest) => P {
  return (params, v, ...rest) => {
    const vs = matching('hvp', treeLeaves<Tensor>(params), v);
    const slope = grad(f);
    return grad((at: P) => dot(treeLeaves<Tensor>(slope(at, ...rest)), vs))(params);
  };
}

/** Sum of the elementwise products of two lists of tensors. */
function dot(a: readonly Tensor[], b: readonly Tensor[]): Tensor {
  return a.map((x, i) => sum(mul(x, b[i]!))).reduce((total, x) => add(total, x));
}
