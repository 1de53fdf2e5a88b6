import { apply, scalar, scalarValue } from '../apply';
import { broadcastShapes, sameShape, sizeOf } from '../shape';
import type { Tensor } from '../tensor';
import type { Rule, RuleTable } from './rule';

const spreadTo = (x: Tensor, shape: readonly number[]): Tensor => apply('broadcastTo', [x], { shape });

/** The operand of `x` if `x` is the op `name` on it. */
const under = (name: string, x: Tensor): Tensor | undefined => (x.op === name ? x.inputs[0] : undefined);

/** `0 x = 0`. A NaN or an infinity in the other operand does not survive: what has weight 0 does not count. */
const timesZero: Rule = ([a, b], _, shape) =>
  scalarValue(a!) === 0 || scalarValue(b!) === 0 ? spreadTo(scalar(0, a!.dtype), shape) : undefined;

/** `a + -b = a - b` */
const plusMinus: Rule = ([a, b]) => {
  const [left, right] = [under('neg', a!), under('neg', b!)];
  if (right !== undefined) return apply('sub', [a!, right]);
  return left === undefined ? undefined : apply('sub', [b!, left]);
};

/** `a - -b = a + b`, `0 - b = -b` */
const minusMinus: Rule = ([a, b], _, shape) => {
  const right = under('neg', b!);
  if (right !== undefined) return apply('add', [a!, right]);
  return scalarValue(a!) === 0 && sameShape(b!.shape, shape) ? apply('neg', [b!]) : undefined;
};

/** `(-a) (-b) = a b`, and so for quotients. */
const bothNegative = (name: string): Rule => ([a, b]) => {
  const [left, right] = [under('neg', a!), under('neg', b!)];
  return left !== undefined && right !== undefined ? apply(name, [left, right]) : undefined;
};

/** `f(-x) = f(x)` */
const even = (name: string): Rule => ([x]) => {
  const inner = under('neg', x!);
  return inner && apply(name, [inner]);
};

/** `f(f(x)) = f(x)` */
const idempotent = (name: string): Rule => ([x]) => (x!.op === name ? x : undefined);

/** `f(g(x)) = h(x)` */
const composed = (inner: string, make: (x: Tensor) => Tensor): Rule => ([y]) => {
  const x = under(inner, y!);
  return x && make(x);
};

const sameTwice: Rule = ([a, b]) => (a === b ? a : undefined);

/** A condition known when the graph is built, or two equal branches. */
const decided: Rule = ([condition, a, b], _, shape) => {
  const known = scalarValue(condition!);
  if (known !== undefined) return spreadTo(known === 0 ? b! : a!, shape);
  return a === b ? spreadTo(a!, shape) : undefined;
};

/** What is computed of repeated values is computed once and repeated. */
const sunk = (name: string): Rule => (inputs, attributes, shape) => {
  if (!inputs.some(({ op }) => op === 'broadcastTo')) return undefined;
  const narrow = inputs.map((x) => (x.op === 'broadcastTo' ? x.inputs[0]! : x));
  const size = sizeOf(broadcastShapes(name, ...narrow.map((x) => x.shape)));
  return size < sizeOf(shape) ? spreadTo(apply(name, narrow, attributes), shape) : undefined;
};

const own: Record<string, Rule[]> = {
  mul: [timesZero, bothNegative('mul')],
  div: [bothNegative('div')],
  add: [plusMinus],
  sub: [minusMinus],
  square: [even('square')],
  cos: [even('cos')],
  abs: [even('abs'), idempotent('abs'), idempotent('square')],
  relu: [idempotent('relu')],
  floor: [idempotent('floor')],
  ceil: [idempotent('ceil')],
  sqrt: [composed('square', (x) => apply('abs', [x]))],
  log: [composed('exp', (x) => x)],
  maximum: [sameTwice],
  minimum: [sameTwice],
  where: [decided],
};

const elementwiseOps = [
  'add', 'sub', 'mul', 'div', 'pow', 'maximum', 'minimum', 'neg', 'square', 'reciprocal', 'abs', 'sign', 'floor', 'ceil', 'clip', 'exp', 'expm1', 'log', 'log1p',
  'sqrt', 'rsqrt', 'sin', 'cos', 'tanh', 'sigmoid', 'softplus', 'erf', 'relu', 'equal', 'notEqual', 'less', 'lessEqual', 'greater', 'greaterEqual', 'logicalAnd',
  'logicalOr', 'logicalNot', 'where',
];

export const elementwise: RuleTable = Object.fromEntries(elementwiseOps.map((name) => [name, [...(own[name] ?? []), sunk(name)]]));
