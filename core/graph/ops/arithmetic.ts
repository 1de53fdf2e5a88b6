import { apply, type Operand, scalar, scalarValue } from '../apply';
import { isFloat } from '../dtype';
import { defineOp, type OpDefinition } from '../op';
import { broadcastShapes, sameShape, sizeOf } from '../shape';
import { Tensor } from '../tensor';
import { applyPromoted, asTensor, batchElementwise, cast, inferElementwise, sumTo } from './elementwise';

type Vjp = (a: Tensor, b: Tensor, g: Tensor, node: Tensor) => readonly [Tensor, Tensor];

function defineBinary(
  name: string,
  rules: { vjp: Vjp; fold: (a: number, b: number) => number; simplify?: OpDefinition['simplify'] },
): void {
  defineOp({
    name,
    infer: (inputs) => inferElementwise(name, inputs),
    vjp(node, g) {
      const [a, b] = node.inputs as [Tensor, Tensor];
      const [da, db] = rules.vjp(a, b, g, node);
      return [sumTo(da, a), sumTo(db, b)];
    },
    batch: batchElementwise(name),
    fold: rules.fold,
    simplify: (inputs, attributes) => rules.simplify?.(inputs, attributes) ?? withoutBroadcast(name, inputs),
  });
}

/** Arithmetic broadcasts by itself, so an explicit broadcast of an operand is dropped where the result stays the same. */
function withoutBroadcast(name: string, inputs: readonly Tensor[]): Tensor | undefined {
  const shape = broadcastShapes(name, ...inputs.map((x) => x.shape));
  for (const [i, x] of inputs.entries()) {
    if (x.op !== 'broadcastTo') continue;
    const narrower = inputs.map((y, j) => (i === j ? x.inputs[0]! : y));
    if (sameShape(broadcastShapes(name, ...narrower.map((y) => y.shape)), shape)) return apply(name, narrower);
  }
  return undefined;
}

/** `x` if the other operand leaves it as it is and does not widen it. */
function unchanged(x: Tensor, other: Tensor, neutral: number): Tensor | undefined {
  if (scalarValue(other) !== neutral) return undefined;
  return sameShape(broadcastShapes('', x.shape, other.shape), x.shape) ? x : undefined;
}

defineBinary('add', {
  vjp: (_a, _b, g) => [g, g],
  fold: (a, b) => a + b,
  simplify: ([a, b]) => unchanged(a!, b!, 0) ?? unchanged(b!, a!, 0),
});

defineBinary('sub', {
  vjp: (_a, _b, g) => [g, neg(g)],
  fold: (a, b) => a - b,
  simplify: ([a, b]) => unchanged(a!, b!, 0),
});

defineBinary('mul', {
  vjp: (a, b, g) => [mul(g, b), mul(g, a)],
  fold: (a, b) => a * b,
  simplify: ([a, b]) => unchanged(a!, b!, 1) ?? unchanged(b!, a!, 1) ?? gatheredFactor(a!, b!) ?? gatheredFactor(b!, a!),
});

defineBinary('div', {
  vjp: (_a, b, g, node) => [div(g, b), neg(mul(div(g, b), node))],
  fold: (a, b) => a / b,
  simplify([a, b]) {
    const divisor = b!.op === 'scalar' && isFloat(b!.dtype) ? scalarValue(b!) : undefined;
    if (divisor === 1) return unchanged(a!, b!, 1);
    // A power of two divides exactly, so the cheaper product gives the same bits.
    if (divisor !== undefined && Number.isInteger(Math.log2(Math.abs(divisor)))) return mul(a!, 1 / divisor);
    return undefined;
  },
});

/**
 * `(X s1) s2` with factors that repeat over X, such as constants or one number a channel: `X (s1 s2)`, one pass over X
 * instead of two.
 */
function gatheredFactor(x: Tensor, factor: Tensor): Tensor | undefined {
  if (x.op !== 'mul' || !isFloat(x.dtype) || factor.size >= x.size) return undefined;
  for (const [wide, narrow] of [x.inputs, x.inputs.toReversed()] as [Tensor, Tensor][]) {
    if (wide.size !== x.size || narrow.size >= x.size) continue;
    const shape = broadcastShapes('mul', narrow.shape, factor.shape);
    if (sizeOf(shape) < x.size) return mul(wide, mul(narrow, factor));
  }
  return undefined;
}

defineBinary('pow', {
  vjp(a, b, g, node) {
    const logA = apply('where', [apply('greater', [a, scalar(0, a.dtype)]), apply('log', [a]), scalar(0, a.dtype)]);
    // With an exponent of 0 the slope is 0 at 0 too, where the lower power is infinite.
    const lower = pow(a, sub(b, 1));
    const slope = b.op === 'scalar' ? mul(b, lower) : apply('where', [apply('equal', [b, scalar(0, b.dtype)]), scalar(0, b.dtype), mul(b, lower)]);
    return [mul(g, slope), mul(mul(g, node), logA)];
  },
  fold: (a, b) => a ** b,
  simplify([a, b]) {
    const exponent = b!.op === 'scalar' ? scalarValue(b!) : undefined;
    if (exponent === 1) return a;
    if (exponent === 0) return apply('broadcastTo', [scalar(1, a!.dtype)], { shape: a!.shape });
    if (exponent === 2) return square(a!);
    if (exponent === 3) return mul(a!, square(a!));
    if (exponent === -1 && isFloat(a!.dtype)) return reciprocal(a!);
    if (exponent === 0.5) return apply('sqrt', [a!]);
    if (exponent === -0.5) return apply('rsqrt', [a!]);
    return undefined;
  },
});

defineBinary('maximum', {
  vjp(a, b, g) {
    const left = apply('greaterEqual', [a, b]);
    return [keepWhere(left, g), dropWhere(left, g)];
  },
  fold: Math.max,
});

defineBinary('minimum', {
  vjp(a, b, g) {
    const left = apply('lessEqual', [a, b]);
    return [keepWhere(left, g), dropWhere(left, g)];
  },
  fold: Math.min,
});

const keepWhere = (condition: Tensor, g: Tensor): Tensor => apply('where', [condition, g, scalar(0, g.dtype)]);
const dropWhere = (condition: Tensor, g: Tensor): Tensor => apply('where', [condition, scalar(0, g.dtype), g]);

defineOp({
  name: 'neg',
  infer: ([x]) => x!,
  vjp: (_, g) => [neg(g)],
  batch: batchElementwise('neg'),
  fold: (x) => -x,
  simplify: ([x]) => (x!.op === 'neg' ? x!.inputs[0] : undefined),
});

defineOp({
  name: 'square',
  infer: ([x]) => x!,
  vjp: (node, g) => [mul(g, mul(node.inputs[0]!, 2))],
  batch: batchElementwise('square'),
  fold: (x) => x * x,
});

defineOp({
  name: 'reciprocal',
  infer: ([x]) => x!,
  vjp: (node, g) => [neg(mul(g, square(node)))],
  batch: batchElementwise('reciprocal'),
  fold: (x) => 1 / x,
});

defineOp({
  name: 'abs',
  infer: ([x]) => x!,
  vjp: (node, g) => [mul(g, sign(node.inputs[0]!))],
  batch: batchElementwise('abs'),
  fold: Math.abs,
});

defineOp({ name: 'sign', infer: ([x]) => x!, batch: batchElementwise('sign'), fold: Math.sign });

defineOp<{ low: number; high: number }>({
  name: 'clip',
  infer: ([x]) => x!,
  vjp(node, g, { low, high }) {
    const x = node.inputs[0]!;
    const inside = apply('logicalAnd', [
      apply('greaterEqual', [x, scalar(low, x.dtype)]),
      apply('lessEqual', [x, scalar(high, x.dtype)]),
    ]);
    return [keepWhere(inside, g)];
  },
  batch: batchElementwise('clip'),
});

export const add = (a: Operand, b: Operand): Tensor => applyPromoted('add', [a, b]);
export const sub = (a: Operand, b: Operand): Tensor => applyPromoted('sub', [a, b]);
export const mul = (a: Operand, b: Operand): Tensor => applyPromoted('mul', [a, b]);

/** Quotient; of integers, truncated towards zero. */
export const div = (a: Operand, b: Operand): Tensor => applyPromoted('div', [a, b]);

/** `a ** b`. The derivative in `b` is taken as 0 where `a <= 0`. */
export const pow = (a: Operand, b: Operand): Tensor => applyPromoted('pow', [a, b]);

/** The larger operand; where both are equal the first one takes the gradient. */
export const maximum = (a: Operand, b: Operand): Tensor => applyPromoted('maximum', [a, b]);

/** The smaller operand; where both are equal the first one takes the gradient. */
export const minimum = (a: Operand, b: Operand): Tensor => applyPromoted('minimum', [a, b]);

export const neg = (x: Operand): Tensor => apply('neg', [asTensor(x)]);
export const square = (x: Operand): Tensor => apply('square', [asTensor(x)]);
export const reciprocal = (x: Operand): Tensor => apply('reciprocal', [floating(asTensor(x))]);
export const abs = (x: Operand): Tensor => apply('abs', [asTensor(x)]);

/** -1, 0 or 1. Its derivative is 0. */
export const sign = (x: Operand): Tensor => apply('sign', [asTensor(x)]);

/**
 * `x` limited to `[low, high]`, numbers or tensors that broadcast; the gradient passes inside, borders included, and to a bound
 * that is a tensor outside.
 */
export function clip(x: Operand, low: Operand, high: Operand): Tensor {
  const value = asTensor(x, [low, high].find((bound) => bound instanceof Tensor));
  if (typeof low !== 'number' || typeof high !== 'number') return minimum(maximum(value, low), high);
  if (isFloat(value.dtype)) return apply('clip', [value], { low, high });
  // An int64 bound beyond 2^53 says the same as none.
  const widest = value.dtype === 'int64' ? 2 ** 53 : 2 ** 31;
  return apply('clip', [value], { low: Math.max(-widest, Math.ceil(low)), high: Math.min(widest - 1, Math.floor(high)) });
}

/** Integers and bools as float32, floats as they are. */
export const floating = (x: Tensor): Tensor => (isFloat(x.dtype) ? x : cast(x, 'float32'));
