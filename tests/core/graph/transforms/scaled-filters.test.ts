import { expect, test } from 'vitest';
import { add, batchNormInference, conv, hvp, input, isPerChannel, mul, Philox, relu, scaledFilters, square, sum, tanh, type Tensor, topologicalOrder } from '#core/graph';
import { evaluate, relativeError } from '../oracle';

const shapes = { x: [3, 2, 5, 4], w: [6, 2, 3, 3], u: [4, 3, 2, 2], b: [6, 1, 1], gamma: [6], beta: [6], mean: [6], variance: [6] };
const t = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, input(name, shape, 'float32')])) as Record<keyof typeof shapes, Tensor>;
const random = new Philox(0, 'scaled filters');
const feeds = new Map(Object.entries(t).map(([name, tensor]) => [tensor, name === 'variance' ? Float32Array.from(random.normals(6), (v) => 0.5 + v * v) : random.normals(tensor.size)]));

/** Two convolutions, the first normalised with given statistics, the second with a factor of its own. */
const network = (w: Tensor, gamma: Tensor, u: Tensor): Tensor => {
  const first = batchNormInference(conv(t.x, w, { padding: 1 }), t, gamma, t.beta);
  return mul(conv(tanh(first), u, { stride: 2, groups: 2 }), input('s', [4, 1, 1], 'float32'));
};
feeds.set(input('s', [4, 1, 1], 'float32'), random.normals(4));

/** Images with one number a channel. */
const scalings = (outputs: readonly Tensor[]): Tensor[] =>
  topologicalOrder(outputs).filter(({ op, inputs: [a, b], rank }) => op === 'mul' && rank === 4 && a!.shape[0] !== a!.size && (isPerChannel(a!, b!) || isPerChannel(b!, a!)) && a!.size !== b!.size);

test('a factor a channel goes into the filters; values and Hessian products stay what they are', async () => {
  const y = network(t.w, t.gamma, t.u);
  const [scaled] = scaledFilters([y]);
  expect(scalings([y])).toHaveLength(2);
  expect(scalings([scaled!])).toHaveLength(0);
  const product = (of: (y: Tensor) => Tensor): Tensor[] => {
    const loss = (p: { w: Tensor; gamma: Tensor; u: Tensor }): Tensor => sum(square(of(network(p.w, p.gamma, p.u))));
    const { w, gamma, u } = t;
    return Object.values(hvp(loss)({ w, gamma, u }, { w: tanh(w), gamma: square(gamma), u: tanh(u) }));
  };
  const before = [y, ...product((z) => z)];
  const after = [scaled!, ...product((z) => scaledFilters([z])[0]!)];
  const [expected, actual] = [await evaluate('reference', before, feeds), await evaluate('reference', after, feeds)];
  actual.forEach((numbers, i) => expect(relativeError(numbers, expected[i]!)).toBeLessThan(1e-12));
});

test('what is read elsewhere too, or has no number a channel, stays', () => {
  const y = conv(t.x, t.w, { padding: 1 });
  const [gamma, columns] = [input('gamma4', [1, 6, 1, 1], 'float32'), input('columns', [4], 'float32')];
  for (const kept of [[add(mul(y, gamma), relu(y))], [mul(y, gamma), y], [mul(y, columns)], [mul(y, y)]]) expect(scaledFilters(kept)).toEqual(kept);
  expect(scaledFilters([mul(gamma, y)])).not.toEqual([mul(gamma, y)]);
});
