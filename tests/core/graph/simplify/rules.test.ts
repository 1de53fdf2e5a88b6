import { describe, expect, test } from 'vitest';
import * as g from '#core/graph';
import { evaluate, relativeError } from '../oracle';

const [a, b, v, m, xs, nought] = [g.input('a', [3, 4]), g.input('b', [3, 4]), g.input('v', [4]), g.input('m', [4, 2]), g.input('xs', [5, 2]), g.input('nought', [])];
const inputs = [a, b, v, m, xs, nought];

/** `x`, but so that no rule sees what it is made of. */
const hidden = (x: g.Tensor): g.Tensor => g.add(x, g.cast(nought, x.dtype));
/** A constant that no rule knows. */
const number = (value: number): g.Tensor => g.add(nought, value);
const plain = (x: g.Tensor): g.Tensor => x;

interface Firing {
  /** Builds the expression; `h` stands around the inner parts, and keeps rules from seeing them where it hides. */
  readonly f: (h: (x: g.Tensor) => g.Tensor, c: (value: number) => g.Tensor) => g.Tensor;
  /** What must be left of it. */
  readonly leaves: readonly string[] | g.Tensor;
}

const spreadV = (): g.Tensor => g.broadcastTo(v, [3, 4]);

const rules: Record<string, Firing> = {
  'x * 1': { f: (_, c) => g.mul(a, c(1)), leaves: a },
  'x + 0': { f: (_, c) => g.add(a, c(0)), leaves: a },
  'x - 0': { f: (_, c) => g.sub(a, c(0)), leaves: a },
  '0 - x': { f: (_, c) => g.sub(c(0), a), leaves: ['neg'] },
  'x * 0': { f: (_, c) => g.add(g.mul(g.exp(a), c(0)), b), leaves: b },
  'neg neg': { f: (h) => g.neg(h(g.neg(a))), leaves: a },
  'a + -b': { f: (h) => g.add(a, h(g.neg(b))), leaves: ['sub'] },
  '-a + b': { f: (h) => g.add(h(g.neg(a)), b), leaves: ['sub'] },
  'a - -b': { f: (h) => g.sub(a, h(g.neg(b))), leaves: ['add'] },
  '(-a)(-b)': { f: (h) => g.mul(h(g.neg(a)), h(g.neg(b))), leaves: ['mul'] },
  '(-a) / (-b)': { f: (h) => g.div(h(g.neg(a)), h(g.neg(b))), leaves: ['div'] },
  'square of neg': { f: (h) => g.square(h(g.neg(a))), leaves: ['square'] },
  'cos of neg': { f: (h) => g.cos(h(g.neg(a))), leaves: ['cos'] },
  'abs of neg': { f: (h) => g.abs(h(g.neg(a))), leaves: ['abs'] },
  'abs of square': { f: (h) => g.abs(h(g.square(a))), leaves: ['square'] },
  'relu of relu': { f: (h) => g.relu(h(g.relu(a))), leaves: ['relu'] },
  'root of square': { f: (h) => g.sqrt(h(g.square(a))), leaves: ['abs'] },
  'log of exp': { f: (h) => g.log(h(g.exp(a))), leaves: a },
  'maximum of the same': { f: (h) => g.maximum(a, h(a)), leaves: a },
  'a decided where': { f: (h) => g.where(h === plain ? g.equal(g.constant(1), 1) : g.equal(number(1), 1), a, b), leaves: a },
  'where of the same': { f: (h) => g.where(g.greater(b, 0), a, h(a)), leaves: a },
  'a function of repeated values': { f: (h) => g.exp(h(spreadV())), leaves: ['exp', 'broadcastTo'] },
  'a sum of repeated values': { f: (h) => g.add(h(spreadV()), h(g.broadcastTo(g.reshape(g.slice(a, [0], [1]), [4]), [3, 4]))), leaves: ['add', 'broadcastTo', 'reshape', 'slice'] },
  'arithmetic with repeated values': { f: (h) => g.mul(a, h(spreadV())), leaves: ['mul'] },
  'transpose of transpose': { f: (h) => g.transpose(h(g.transpose(a))), leaves: a },
  'reshape of reshape': { f: (h) => g.reshape(h(g.reshape(a, [12])), [3, 4]), leaves: a },
  'transpose into the product': { f: (h) => g.matmul(h(g.transpose(a)), b), leaves: ['matmul'] },
  'product with zeros': { f: (h) => g.add(g.matmul(a, h(g.zeros([4, 2]))), g.slice(a, [0, 0], [3, 2])), leaves: ['slice'] },
  'slice of slice': { f: (h) => g.slice(h(g.slice(a, [0, 1], [3, 4])), [1, 0], [3, 3], [1, 2]), leaves: ['slice'] },
  'slice of concat': { f: (h) => g.slice(h(g.concat([a, b], 1)), [0, 4], [2, 7]), leaves: ['slice'] },
  'slice of pad': { f: (h) => g.slice(h(g.pad(a, [[1, 2], [0, 3]])), [1, 0], [4, 4]), leaves: a },
  'concat of neighbouring slices': { f: (h) => g.concat(g.split(a, 2, 1).map(h), 1), leaves: a },
  'concat of equal constants': { f: (h) => g.add(g.concat([h(g.ones([3, 2])), h(g.ones([3, 2]))], 1), a), leaves: ['add'] },
  'pad with what is there': { f: (h) => g.add(g.pad(h(g.zeros([1, 4])), [[1, 1], [0, 0]]), a), leaves: a },
  'flip of flip': { f: (h) => g.flip(h(g.flip(a, 1)), 1), leaves: a },
  'sum of sum': { f: (h) => g.sum(h(g.sum(a, 0))), leaves: ['sum'] },
  'sum of sum with axes kept': { f: (h) => g.sum(h(g.sum(a, 1, true)), 0), leaves: ['sum', 'reshape'] },
  'sum of repeated values': { f: (h) => g.sum(h(spreadV()), 0), leaves: ['mul', 'reshape'] },
  'whole sum of repeated values': { f: (h) => g.sum(h(spreadV())), leaves: ['mul', 'reshape', 'sum'] },
  'sum along repeated axes of what is repeated on others': { f: (h) => g.sum(h(g.broadcastTo(g.reshape(v, [4, 1]), [3, 4, 5])), [1, 2]), leaves: ['broadcastTo', 'mul', 'reshape', 'sum'] },
  'whole sum of a transpose': { f: (h) => g.sum(h(g.transpose(a))), leaves: ['sum'] },
  'a factor out of a sum': { f: (h) => g.sum(h(g.mul(a, g.slice(v, [0], [1])))), leaves: ['mul', 'reshape', 'slice', 'sum'] },
  'the stack of a sequence': { f: (h) => g.scan((c: g.Tensor, x: g.Tensor): [g.Tensor, g.Tensor] => [g.add(c, x), h(x)], g.zeros([2]), xs)[1], leaves: xs },
  'a carry that stays': { f: (h) => g.scan((c: g.Tensor[], x: g.Tensor): [g.Tensor[], g.Tensor] => [[h(c[0]!), g.add(c[1]!, x)], x], [v, g.zeros([2])], xs)[0][0]!, leaves: v },
};

describe('a rule fires and keeps the value', () => {
  test.each(Object.entries(rules))('%s', async (_, { f, leaves }) => {
    const simple = f(plain, (value) => g.constant(value));
    const whole = f(hidden, number);
    if (leaves instanceof g.Tensor) expect(simple).toBe(leaves);
    else expect([...new Set(g.topologicalOrder([simple]).map(({ op }) => op))].filter((op) => op !== 'input' && op !== 'scalar').sort()).toEqual([...leaves].sort());
    expect(simple.shape).toEqual(whole.shape);
    const random = new g.Philox(1, 'rules');
    const feeds = new Map(inputs.map((x) => [x, x === nought ? Float64Array.of(0) : Float64Array.from(random.normals(x.size))]));
    const [x, y] = await evaluate('reference', [simple, whole], feeds);
    expect(relativeError(x!, y!)).toBeLessThan(1e-12);
  });
});
