import { abs, add, isFloat, less, mul, type Operand, scalarValue, square, type Tensor } from '#core/graph';
import { type Lowering, type LoweringTable, kindOf, type PlanBuilder, type Slot, wordShift } from '../plan';
import { randomQuotient } from './random';

const unary =
  (kernel: string): Lowering =>
  (_, [x], p) =>
    p.emit(kernel, { x: x! });

const binary =
  (kernel: string): Lowering =>
  (_, [a, b], p) =>
    p.emit(kernel, { a: a!, b: b! });

/** The WebAssembly kernels let a NaN of the second operand go: it is put back where there may be one. */
const extremum =
  (kernel: 'Maximum' | 'Minimum'): Lowering =>
  (node, [a, b], p) => {
    const [first, second] = node.inputs as [Tensor, Tensor];
    if (p.backend !== 'wasm' || !isFloat(node.dtype) || scalarValue(second) !== undefined) return p.emit(kernel, { a: a!, b: b! });
    if (scalarValue(first) !== undefined) return p.emit(kernel, { a: b!, b: a! });
    const wide = p.broadcast(b!, second.shape, node.shape);
    return p.emit('Select', { condition: p.emit('NotEqual', { a: wide, b: wide }), t: wide, e: p.emit(kernel, { a: a!, b: b! }) });
  };

const clip: Lowering = (node, [x], p) => {
  const { low, high } = node.attributes as { low: number; high: number };
  const raised = p.emit('Maximum', { a: x!, b: p.scalar(low, node.dtype) });
  return p.emit('Minimum', { a: raised, b: p.scalar(high, node.dtype) });
};

/** TensorFlow.js's kernels take the sign of a NaN for 0. */
const sign: Lowering = (node, [x], p) => {
  const plain = p.emit('Sign', { x: x! });
  return isFloat(node.dtype) ? p.emit('Select', { condition: p.emit('NotEqual', { a: x!, b: x! }), t: x!, e: plain }) : plain;
};

/** TensorFlow.js rounds quotients of integers down; ours go towards zero. */
function integerQuotient(node: Tensor, a: Slot, b: Slot, p: PlanBuilder): Slot {
  const zero = p.scalar(0, node.dtype);
  const down = p.emit('FloorDiv', { a, b });
  const rest = p.emit('Sub', { a, b: p.emit('Multiply', { a: down, b }) });
  const uneven = p.emit('NotEqual', { a: rest, b: zero });
  // The rest has the divisor's sign, so it is enough to look where the quotient is negative.
  const negative = p.emit('Less', { a: down, b: zero });
  const up = p.emit('Cast', { x: p.emit('LogicalAnd', { a: uneven, b: negative }) }, { dtype: kindOf(node.dtype) });
  return p.emit('Add', { a: down, b: up });
}

const div: Lowering = (node, [a, b], p) => {
  const shift = wordShift(node);
  if (shift !== undefined) return randomQuotient(node.inputs[0]!, shift, p);
  return isFloat(node.dtype) ? p.emit('RealDiv', { a: a!, b: b! }) : integerQuotient(node, a!, b!, p);
};

const cast: Lowering = (node, [x], p) => {
  const [from, to] = [kindOf(node.inputs[0]!.dtype), kindOf(node.dtype)];
  if (from === to) return x!;
  if (to === 'bool') return p.emit('NotEqual', { a: x!, b: p.scalar(0, node.inputs[0]!.dtype) });
  return p.emit('Cast', { x: x! }, { dtype: to });
};

const where: Lowering = (node, [condition, t, e], p) => {
  const [c, a, b] = [condition, t, e].map((slot, i) => p.broadcast(slot!, node.inputs[i]!.shape, node.shape)) as [Slot, Slot, Slot];
  return p.emit('Select', { condition: c, t: a, e: b });
};

/** Kahan's `log1p` where the backend computes `log(1 + x)`: the rounding error of `u = 1 + x` cancels in `log(u) x / (u - 1)`. */
const log1p: Lowering = (node, [x], p) => {
  if (p.backend !== 'wasm') return p.emit('Log1p', { x: x! });
  const one = p.scalar(1, node.dtype);
  const u = p.emit('Add', { a: x!, b: one });
  const change = p.emit('Sub', { a: u, b: one });
  const infinite = p.emit('Equal', { a: change, b: p.scalar(Infinity, node.dtype) });
  const none = p.emit('LogicalOr', { a: p.emit('Equal', { a: change, b: p.scalar(0, node.dtype) }), b: infinite });
  const safe = p.emit('Select', { condition: none, t: p.broadcast(one, [], node.shape), e: change });
  const scaled = p.emit('Multiply', { a: p.emit('Log', { x: u }), b: p.emit('RealDiv', { a: x!, b: safe }) });
  return p.emit('Select', { condition: none, t: x!, e: scaled });
};

/** The Maclaurin series of erf (Abramowitz and Stegun 7.1.5), `x` times this in powers of `x^2`. */
const erfSeries = [1, -1 / 3, 1 / 10, -1 / 42, 1 / 216, -1 / 1320, 1 / 9360].map((c) => (c * 2) / Math.sqrt(Math.PI));

/** TensorFlow.js's own kernels are off by 1.5e-7 (Abramowitz and Stegun 7.1.26), too much near 0, where the series is short. */
const erf: Lowering = (node, [x], p) => {
  const far = p.emit('Erf', { x: x! });
  if (p.backend === 'tensorflow') return far;
  const at = node.inputs[0]!;
  const u = square(at);
  const near = mul(at, erfSeries.reduceRight<Operand>((rest, c) => add(mul(u, rest), c), 0));
  return p.emit('Select', { condition: p.lower(less(abs(at), 0.5)), t: p.lower(near), e: far });
};

/** A choice, so that what the relu dropped stays 0 whatever `g` is there. */
const reluGrad: Lowering = (node, [g, y], p) => {
  const positive = p.emit('Greater', { a: y!, b: p.scalar(0, node.dtype) });
  return p.emit('Select', { condition: positive, t: g!, e: p.broadcast(p.scalar(0, node.dtype), [], node.shape) });
};

export const elementwise: LoweringTable = {
  add: binary('Add'),
  sub: binary('Sub'),
  mul: binary('Multiply'),
  div,
  pow: binary('Pow'),
  maximum: extremum('Maximum'),
  minimum: extremum('Minimum'),
  neg: unary('Neg'),
  square: unary('Square'),
  reciprocal: unary('Reciprocal'),
  abs: unary('Abs'),
  sign,
  floor: unary('Floor'),
  ceil: unary('Ceil'),
  round: unary('Round'),
  mod: binary('Mod'),
  clip,
  exp: unary('Exp'),
  expm1: unary('Expm1'),
  log: unary('Log'),
  log1p,
  sqrt: unary('Sqrt'),
  rsqrt: unary('Rsqrt'),
  sin: unary('Sin'),
  cos: unary('Cos'),
  tanh: unary('Tanh'),
  atan: unary('Atan'),
  sigmoid: unary('Sigmoid'),
  softplus: unary('Softplus'),
  erf,
  relu: unary('Relu'),
  reluGrad,
  equal: binary('Equal'),
  notEqual: binary('NotEqual'),
  less: binary('Less'),
  lessEqual: binary('LessEqual'),
  greater: binary('Greater'),
  greaterEqual: binary('GreaterEqual'),
  logicalAnd: binary('LogicalAnd'),
  logicalOr: binary('LogicalOr'),
  logicalNot: unary('LogicalNot'),
  where,
  cast,
  barrier: (_, [x]) => x!,
  stopGradient: (_, [x]) => x!,
  customGradient: (_, [y]) => y!,
};
