import { range, type Tensor } from '#core/graph';
import type { OnnxBuilder } from '../builder';
import type { Layout } from './layout';

/**
 * Stacks of matrices `[..., rows, columns]` with few columns, kept as `[..., columns, rows]`: the activations of many small networks at
 * once. A bias, a mask or a maximum of 2 to 16 numbers a row costs ONNX Runtime a loop a row; turned round, it is a number a row of
 * many. Products of matrices read either side turned at no cost.
 */
const NARROW = 32;

/** Smaller stacks gain less than a conversion costs. */
const WORTH_IT = 1 << 12;

const elementwise = new Set(['add', 'sub', 'mul', 'div', 'neg', 'square', 'exp', 'log', 'sqrt', 'tanh', 'sigmoid', 'softplus', 'erf', 'abs', 'relu', 'reluGrad', 'maximum', 'minimum']);

const sameShape = (a: Tensor, b: Tensor): boolean => a.rank === b.rank && a.shape.every((n, i) => n === b.shape[i]);

const narrow = (x: Tensor): boolean =>
  x.dtype === 'float32' && x.rank >= 3 && x.size >= WORTH_IT && x.shape.at(-1)! <= NARROW && x.shape.at(-2)! >= 2 * x.shape.at(-1)!;

const overColumns = (x: Tensor): boolean => (x.op === 'softmax' || x.op === 'logSoftmax') && x.attributes['axis'] === x.rank - 1;

/** Whether `user` combines `x` with one number a column, or looks along its rows. */
const gains = (x: Tensor) => (user: Tensor): boolean => {
  if (overColumns(user)) return true;
  return (
    ['add', 'sub', 'mul'].includes(user.op) &&
    user.size === x.size &&
    user.inputs.some((other) => other !== x && other.size > 1 && other.size < x.size && other.shape.at(-1) === x.shape.at(-1) && (other.rank < 2 || other.shape.at(-2) === 1))
  );
};

/** The axes of `[..., rows, columns]` with the last two swapped. */
const swapped = (rank: number): number[] => [...range(rank - 2), rank - 1, rank - 2];

function members(order: readonly Tensor[], b: OnnxBuilder): ReadonlySet<Tensor> {
  const found = new Set<Tensor>();
  if (b.portable) return found;
  for (const x of order) {
    if (!narrow(x) || !b.alone(x)) continue;
    if (x.op === 'matmul') {
      const fromRows = found.has(x.inputs[0]!) && x.attributes['transposeA'] === false;
      if (fromRows || b.users(x).some(gains(x))) found.add(x);
    } else if (elementwise.has(x.op) || overColumns(x)) {
      if (x.inputs.some((input) => found.has(input) && sameShape(input, x))) found.add(x);
    }
  }
  return found;
}

/** `exp` of the scores less their largest, its sum, and the scores so lowered; softmax and its logarithm share them. */
function softmaxParts(x: Tensor, b: OnnxBuilder): readonly [string, string, string] {
  return b.once(`softmax turned ${x.id}`, () => {
    const scores = b.in('turned', x);
    const lowered = b.emit('Sub', [scores, b.emit('ReduceMax', [scores, b.ints([-2])], { keepdims: 1 })]);
    const powers = b.emit('Exp', [lowered]);
    return [powers, b.emit('ReduceSum', [powers, b.ints([-2])], { keepdims: 1 }), lowered];
  }) as readonly [string, string, string];
}

/** `op(A) op(B)` turned is `op(B)' op(A)'`. */
function product(x: Tensor, b: OnnxBuilder): string {
  const [left, right] = x.inputs as [Tensor, Tensor];
  const { transposeA, transposeB } = x.attributes as { transposeA: boolean; transposeB: boolean };
  const [first, second] = [operand(right, !transposeB, b), operand(left, !transposeA, b)];
  return productOf(first, second, b);
}

/** A factor by its cheapest name, and whether that name has to be read transposed. */
function operand(x: Tensor, transposed: boolean, b: OnnxBuilder): { name: string; transposed: boolean } {
  return b.isIn('turned', x) ? { name: b.in('turned', x), transposed: !transposed } : { name: b.lower(x), transposed };
}

type Operand = ReturnType<typeof operand>;

const productOf = (first: Operand, second: Operand, b: OnnxBuilder): string => {
  if (!first.transposed && !second.transposed) return b.emit('MatMul', [first.name, second.name]);
  const flags = { transA: Number(first.transposed), transB: Number(second.transposed) };
  return b.emit('FusedMatMul', [first.name, second.name], flags, { domain: 'com.microsoft' });
};

/** A product whose result is as the graph has it, of factors that are not. `undefined` where both are. */
export function productOfTurned(x: Tensor, b: OnnxBuilder): string | undefined {
  const [left, right] = x.inputs as [Tensor, Tensor];
  if (!b.isIn('turned', left) && !b.isIn('turned', right)) return undefined;
  const { transposeA, transposeB } = x.attributes as { transposeA: boolean; transposeB: boolean };
  return productOf(operand(left, transposeA, b), operand(right, transposeB, b), b);
}

/** A reduction of a turned tensor over rows, columns or both; the order of what is left is the graph's. */
export function reductionOfTurned(x: Tensor, opType: string, b: OnnxBuilder): string | undefined {
  const input = x.inputs[0]!;
  const axes = x.attributes['axes'] as readonly number[];
  const rank = input.rank;
  if (!b.isIn('turned', input) || !axes.some((axis) => axis >= rank - 2)) return undefined;
  const there = axes.map((axis) => swapped(rank)[axis]!).toSorted((i, j) => i - j);
  const reduced = b.emit(opType, [b.in('turned', input), b.ints(there)], { keepdims: 0 });
  return x.attributes['keepDims'] === true ? b.emit('Reshape', [reduced, b.ints(x.shape)]) : reduced;
}

export const turned: Layout = {
  name: 'turned',
  members,
  lower(x, b) {
    if (x.op === 'matmul') return product(x, b);
    if (x.op === 'softmax') return b.emit('Div', softmaxParts(x.inputs[0]!, b).slice(0, 2));
    if (x.op === 'logSoftmax') {
      const [, total, lowered] = softmaxParts(x.inputs[0]!, b);
      return b.emit('Sub', [lowered, b.emit('Log', [total])]);
    }
    // What works number by number does so in any arrangement.
    return b.table[x.op]!(x, x.inputs.map((input) => b.in('turned', input)), b);
  },
  fromPlain(x, b) {
    const value = b.lower(x);
    if (x.rank === 0) return value;
    if (x.rank === 1) return b.emit('Reshape', [value, b.ints([x.size, 1])]);
    const shape = swapped(x.rank).map((axis) => x.shape[axis]!);
    if (shape.at(-1) === 1 || shape.at(-2) === 1) return b.emit('Reshape', [value, b.ints(shape)]);
    return b.emit('Transpose', [value], { perm: swapped(x.rank) });
  },
  toPlain: (x, value, b) => b.emit('Transpose', [value], { perm: swapped(x.rank) }),
};
