import {
  abs, acos, acosh, add, asin, asinh, atan, atanh, broadcastShapes, cast, ceil, cos, cosh, div, equal, erf, exp, floor, fmod, greater, greaterEqual,
  isInf, isNaN, less, lessEqual, log, logicalAnd, logicalNot, logicalOr, logicalXor, maximum, minimum, mod, mul, neg, notEqual, pow, range, reciprocal, reshape, round, sign, sin,
  sinh, sizeOf, sqrt, sub, tan, type Tensor, where,
} from '#core/graph';
import type { Known } from '../array';
import { type Call, foldable, type Operator, type OperatorTable } from '../call';
import { elementwise } from '../fold';

type Binary = (a: Tensor, b: Tensor) => Tensor;

/** Whether the result of broadcasting these inputs is small enough to be worked out at once. */
export function smallInputs(call: Call): Known[] | undefined {
  const inputs = call.allKnown();
  if (inputs === undefined || inputs.length === 0) return undefined;
  return foldable(sizeOf(broadcastShapes(call.node.opType, ...inputs.map((x) => x.shape)))) ? inputs : undefined;
}

/**
 * The second operand as it broadcasts to the first. Before version 7 it did so only where `broadcast` was set, and `axis` said
 * where its axes stand.
 */
function second(call: Call, a: Tensor): Tensor {
  const b = call.tensor(1);
  if (call.opset >= 7 || !call.node.attributes.has('axis') || call.node.opType === 'Mod') return b;
  const axis = call.axis(call.int('axis', 0), a.rank);
  if (axis + b.rank > a.rank) call.invalid(`[${b.shape.join(', ')}] does not stand at axis ${axis} of [${a.shape.join(', ')}]`);
  return reshape(b, [...b.shape, ...range(a.rank - axis - b.rank).map(() => 1)]);
}

const checked = (call: Call, ...tensors: Tensor[]): void => void call.shape(broadcastShapes(call.node.opType, ...tensors.map((x) => x.shape)));

const arithmetic = (tensors: Binary, numbers: (a: number, b: number, whole: boolean) => number): Operator => ({
  run(call) {
    const known = call.opset < 7 ? undefined : smallInputs(call);
    if (known?.length === 2) {
      const { type } = known[0]!;
      const whole = type !== 'float32';
      return elementwise(call.node.opType, type, known, (a, b) => numbers(a!, b!, whole));
    }
    const a = call.tensor(0);
    const b = second(call, a);
    checked(call, a, b);
    return tensors(a, b);
  },
});

const comparison = (tensors: Binary, numbers: (a: number, b: number) => boolean): Operator => ({
  run(call) {
    const known = smallInputs(call);
    if (known?.length === 2) return elementwise(call.node.opType, 'bool', known, (a, b) => Number(numbers(a!, b!)));
    const a = call.tensor(0);
    const b = second(call, a);
    checked(call, a, b);
    return tensors(a, b);
  },
});

const unary = (tensors: (x: Tensor) => Tensor, numbers: (x: number) => number, type?: 'bool'): Operator => ({
  run(call) {
    const known = smallInputs(call);
    if (known?.length === 1) return elementwise(call.node.opType, type ?? known[0]!.type, known, (x) => numbers(x!));
    return tensors(call.tensor(0));
  },
});

/** An operator of any number of inputs, taken two at a time. */
const variadic = (tensors: Binary, numbers: (a: number, b: number) => number, end: (x: Tensor, count: number) => Tensor = (x) => x): Operator => ({
  run(call) {
    const known = call.inputs.length > 1 && end.length < 2 ? smallInputs(call) : undefined;
    if (known !== undefined) return elementwise(call.node.opType, known[0]!.type, known, (...values) => values.reduce((a, b) => numbers(a, b)));
    const all = call.inputs.map((_, place) => call.tensor(place));
    if (all.length === 0) call.invalid('it has no inputs');
    checked(call, ...all);
    return end(all.reduce((a, b) => tensors(a, b)), all.length);
  },
});

/** Halves go to the even neighbour. */
const roundNumber = (x: number): number => {
  const low = Math.floor(x);
  const rest = x - low;
  return rest < 0.5 || (rest === 0.5 && low % 2 === 0) ? low : low + 1;
};

/** Remainder with the divisor's sign; `fmod`: with the dividend's. */
const remainder: Operator = {
  since: 10,
  run(call) {
    const towardsZero = call.int('fmod', 0) === 1;
    const known = smallInputs(call);
    if (known?.length === 2) return elementwise('Mod', known[0]!.type, known, (a, b) => (towardsZero ? a! % b! : a! - Math.floor(a! / b!) * b!));
    const [a, b] = [call.tensor(0), call.tensor(1)];
    checked(call, a, b);
    return towardsZero ? fmod(a, b) : mod(a, b);
  },
};

/** The result has the base's type. */
const power: Operator = {
  run(call) {
    const known = smallInputs(call);
    if (known?.length === 2) return elementwise('Pow', known[0]!.type, known, (a, b) => a! ** b!);
    const a = call.tensor(0);
    const b = second(call, a);
    checked(call, a, b);
    return cast(pow(a, b), a.dtype);
  },
};

const choose: Operator = {
  since: 9,
  run(call) {
    const known = smallInputs(call);
    if (known?.length === 3) return elementwise('Where', known[1]!.type, known, (condition, a, b) => (condition !== 0 ? a! : b!));
    const [condition, a, b] = [call.tensor(0), call.tensor(1), call.tensor(2)];
    checked(call, condition, a, b);
    return where(condition, a, b);
  },
};

const truncate = Math.trunc;

/** Operators that treat every element alone. */
export const elementwiseOperators: OperatorTable = {
  Add: arithmetic(add, (a, b) => a + b),
  Sub: arithmetic(sub, (a, b) => a - b),
  Mul: arithmetic(mul, (a, b) => a * b),
  Div: arithmetic(div, (a, b, whole) => (whole ? truncate(a / b) : a / b)),
  Pow: power,
  Mod: remainder,
  Max: variadic(maximum, Math.max),
  Min: variadic(minimum, Math.min),
  Sum: variadic(add, (a, b) => a + b),
  Mean: variadic(add, (a, b) => a + b, (x, count) => mul(x, 1 / count)),
  Neg: unary(neg, (x) => -x),
  Abs: unary(abs, Math.abs),
  Sign: unary(sign, Math.sign),
  Floor: unary(floor, Math.floor),
  Ceil: unary(ceil, Math.ceil),
  Round: { ...unary(round, roundNumber), since: 11 },
  Reciprocal: unary(reciprocal, (x) => 1 / x),
  Sqrt: unary(sqrt, Math.sqrt),
  Exp: unary(exp, Math.exp),
  Log: unary(log, Math.log),
  Sin: unary(sin, Math.sin),
  Cos: unary(cos, Math.cos),
  Tan: unary(tan, Math.tan),
  Asin: unary(asin, Math.asin),
  Acos: unary(acos, Math.acos),
  Atan: unary(atan, Math.atan),
  Sinh: unary(sinh, Math.sinh),
  Cosh: unary(cosh, Math.cosh),
  Asinh: unary(asinh, Math.asinh),
  Acosh: unary(acosh, Math.acosh),
  Atanh: unary(atanh, Math.atanh),
  Erf: { since: 9, run: (call) => erf(call.tensor(0)) },
  IsNaN: { since: 9, run: (call) => isNaN(call.tensor(0)) },
  IsInf: {
    since: 10,
    run(call) {
      const x = call.tensor(0);
      const [up, down] = [call.int('detect_positive', 1) !== 0, call.int('detect_negative', 1) !== 0];
      if (up && down) return isInf(x);
      return logicalAnd(isInf(x), up ? greater(x, 0) : down ? less(x, 0) : notEqual(x, x));
    },
  },
  Equal: comparison(equal, (a, b) => a === b),
  Less: comparison(less, (a, b) => a < b),
  LessOrEqual: comparison(lessEqual, (a, b) => a <= b),
  Greater: comparison(greater, (a, b) => a > b),
  GreaterOrEqual: comparison(greaterEqual, (a, b) => a >= b),
  And: comparison(logicalAnd, (a, b) => a !== 0 && b !== 0),
  Or: comparison(logicalOr, (a, b) => a !== 0 || b !== 0),
  Xor: comparison(logicalXor, (a, b) => (a !== 0) !== (b !== 0)),
  Not: unary(logicalNot, (x) => Number(x === 0), 'bool'),
  Where: choose,
};
