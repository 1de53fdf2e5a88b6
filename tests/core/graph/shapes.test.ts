import { describe, expect, test } from 'vitest';
import * as g from '#core/graph';

const x = (...shape: number[]): g.Tensor => g.input(`x${shape.join('_')}`, shape);
const whole = g.input('whole', [3], 'int32');

describe('errors name the op, the shapes and the rule', () => {
  test.each<[string, () => unknown]>([
    ['matmul: inner sizes differ: [128,784] x [512,10]', () => g.matmul(x(128, 784), x(512, 10))],
    ['add: shapes do not broadcast: [2,3] and [2]', () => g.add(x(2, 3), x(2))],
    ['reshape: [2,3] does not fill [4,-1]', () => g.reshape(x(2, 3), [4, -1])],
    ['transpose: [0,0] is not an order of the 2 axes of [2,3]', () => g.transpose(x(2, 3), [0, 0])],
    ['sum: axis 2 does not exist in a tensor of rank 2', () => g.sum(x(2, 3), 2)],
    ['squeeze: axis 0 of [2,1] is not of length 1', () => g.squeeze(x(2, 1), 0)],
    ['concat: shapes differ outside axis 0: [2,3], [2,4]', () => g.concat([x(2, 3), x(2, 4)])],
    ['split: 2 equal parts of an axis of length 3', () => g.split(x(3), 2)],
    ['conv: 3 channels, but the filters read 4: images [1,3,8,8], filters [6,4,3,3]', () => g.conv(x(1, 3, 8, 8), x(6, 4, 3, 3))],
    ['conv: the filter is larger than the padded image: images [1,3,2,2], filters [6,3,3,3]', () => g.conv(x(1, 3, 2, 2), x(6, 3, 3, 3))],
    ['maxPool: wants [n, c, l] or [n, c, h, w], not [3,4]', () => g.maxPool(x(3, 4), 2)],
    ['groupNorm: 6 channels do not divide into 4 groups', () => g.groupNorm(x(2, 6, 4, 4), 4)],
    ['gather: indices must be int32 or int64, not float32', () => g.gather(x(3), x(2))],
    ["einsum 'ij,jk': j is 3 and 4", () => g.einsum('ij,jk', x(2, 3), x(4, 5))],
    ['log: wants floating-point numbers, not bool', () => g.opDefinition('log').infer([g.equal(whole, 1)], {})],
    ['where: the condition must be bool, not float32', () => g.where(x(3), x(3), 0)],
    ['gradients: the value to differentiate must be a scalar, not [3]', () => g.gradients(x(3), [x(3)])],
    ['grad: no derivative in n: it is int32', () => g.grad(({ n }: { n: g.Tensor }) => g.mean(n))({ n: whole })],
    ['topK: k = 4 of an axis of length 3 (axis 1 of [2,3])', () => g.topK(x(2, 3), 4)],
    ['takeAlong: [2,3] and indices [3,3] differ outside axis 1', () => g.opDefinition('takeAlong').infer([x(2, 3), g.input('at', [3, 3], 'int32')], { axis: 1 })],
    ['diagonal: there is no diagonal 3 in [2,3]', () => g.diagonal(x(2, 3), 3)],
    ["einsum 'ii': 'ii' does not name the axes of [3]", () => g.einsum('ii', x(3))],
    ["einsum 'i.j->i': 'i.j' may hold letters only", () => g.einsum('i.j->i', x(2, 3))],
    ["einsum 'ij->ii': a letter occurs twice in the result", () => g.einsum('ij->ii', x(2, 3))],
    ["einsum 'ij->ik': k of the result is in no operand", () => g.einsum('ij->ik', x(2, 3))],
    ['resize: axis 2 cannot be resized: [1,2,3] to [0]', () => g.resize(x(1, 2, 3), [0])],
    ['adaptiveMaxPool: [1,2,3] cannot be pooled to [2,2]', () => g.adaptiveMaxPool(x(1, 2, 3), [2, 2])],
    ['convTranspose: outputPadding [2] must be whole numbers from 0 to [1], less than stride or dilation: images [1,2,3], filters [2,1,3]', () => g.convTranspose(x(1, 2, 3), x(2, 1, 3), { stride: 2, outputPadding: 2 })],
    ['conv: padding [-1,-1] of spatial axis 0 must be whole numbers from 0', () => g.conv(x(1, 1, 8), x(1, 1, 3), { padding: -1 })],
    ['conv: stride [0] must be 1 positive integers', () => g.conv(x(1, 1, 8), x(1, 1, 3), { stride: 0 })],
    ['conv: groups 0.5 must be a positive integer', () => g.conv(x(1, 1, 8), x(1, 1, 3), { groups: 0.5 })],
    ['conv: there is no filter: images [1,1,8], filters [1,1,0]', () => g.conv(x(1, 1, 8), x(1, 1, 0))],
    ['maxPool: window 1 on spatial axis 0 of [1,1,2] holds padding only (kernel [2], padding [[0,2]])', () => g.maxPool(x(1, 1, 2), 2, { padding: [[0, 2]] })],
    ['embedding: paddingId 9 is no row of a table of shape [3,2]', () => g.embedding(x(3, 2), whole, { paddingId: 9 })],
    ['attention: queries and keys differ in width: [2,3], [2,4], [2,4]', () => g.attention(x(2, 3), x(2, 4), x(2, 4))],
    ['slice: steps [1.5] hold no whole number for axis 0 of [3]', () => g.slice(x(3), [0], [3], [1.5])],
    ['slice: starts [NaN] hold no whole number for axis 0 of [3]', () => g.slice(x(3), [NaN], [3])],
    ['pad: [-2,-2] does not fit axis 0 of [3]', () => g.pad(x(3), [[-2, -2]])],
    ['split: [5,-2] of an axis of length 3', () => g.split(x(3), [5, -2])],
    ['input huge: axis 0 of [2147483648] is longer than 2^31 - 1', () => g.input('huge', [2 ** 31])],
    ['input huge: a tensor of shape [2000000000,2000000000] would have more than 2^53 elements', () => g.input('huge', [2e9, 2e9])],
    ['input odd: [2,1.5] is not a shape: axis 1 has no whole length', () => g.input('odd', [2, 1.5])],
    ['input odd: [-2,-3] is not a shape: axis 0 has no whole length', () => g.input('odd', [-2, -3])],
    ['input input: [NaN] is not a shape', () => g.trace((t) => t, g.spec([NaN]))],
    ['broadcastTo: axis 0 of [4000000000,3] is longer than 2^31 - 1', () => g.broadcastTo(x(3), [4e9, 3])],
    ['matmul: a tensor of shape [2000000000,2000000000] would have more than 2^53 elements', () => g.matmul(x(2e9, 1), x(1, 2e9))],
    ['concat: axis 0 of [4000000000] is longer than 2^31 - 1', () => g.concat([x(2e9), x(2e9)])],
    ['reshape: [-2,-3] is not a shape', () => g.reshape(x(2, 3), [-2, -3])],
    ['eye: [-1,-1] is not a shape', () => g.eye(-1)],
    ['eye: a constant of shape [1000000,1000000] is too large', () => g.eye(1e6)],
    ['arange: [2.5] is not a shape', () => g.arange(2.5)],
    ['constant: [-1,-4] is not a shape', () => g.constant(new Float32Array(4), [-1, -4])],
    ['randomBits: [-5] is not a shape', () => g.randomUniform(g.input('key', [2], 'int32'), [-5])],
    ['vmap: argument 1 has 3 members on axis 0, others have 2', () => g.vmap((a: g.Tensor, b: g.Tensor) => g.add(a, b))(x(2), x(3))],
    ['trace: two inputs are both called a.b', () => g.trace(() => x(1), { 'a.b': g.spec([1]), a: { b: g.spec([1]) } })],
    ['trace: the result needs x3, which is not among the inputs', () => g.trace(() => x(3), { y: g.spec([3]) })],
  ])('%s', (message, act) => {
    expect(act).toThrow(g.UserError);
    expect(act).toThrow(message);
  });
});

describe('the graph as it is written', () => {
  test('equal nodes are one node', () => {
    const [a, b] = [x(2, 3), x(3)];
    expect(g.add(g.exp(a), b)).toBe(g.add(g.exp(a), b));
    expect(g.constant([1, 2, 3])).toBe(g.constant([1, 2, 3]));
    expect(g.constant([1, 2, 3])).not.toBe(g.constant([1, 2, 4]));
    expect(g.full([], 0)).not.toBe(g.full([], -0));
  });

  test('what changes nothing leaves no node', () => {
    const a = x(2, 3);
    expect(g.mul(a, 1)).toBe(a);
    expect(g.add(0, a)).toBe(a);
    expect(g.div(a, g.ones([2, 3]))).toBe(a);
    expect(g.pow(a, 1)).toBe(a);
    expect(g.neg(g.neg(a))).toBe(a);
    expect(g.reshape(g.reshape(a, [6]), [2, 3])).toBe(a);
    expect(g.transpose(g.transpose(a))).toBe(a);
    expect(g.slice(a, [0], [2])).toBe(a);
    expect(g.pad(a, [[0, 0], [0, 0]])).toBe(a);
    expect(g.sum(a, [])).toBe(a);
    // What widens the shape does change something.
    expect(g.mul(x(3), g.ones([2, 3])).shape).toEqual([2, 3]);
  });

  test('constants fold', () => {
    expect(g.scalarValue(g.add(g.full([], 2), g.exp(0)))).toBe(3);
    expect(g.scalarValue(g.sum(g.ones([4, 5])))).toBe(20);
    const y = g.mul(g.mul(x(4), 3), 5);
    expect(y).toBe(g.mul(x(4), 15));
  });

  test('dead nodes are not part of a trace', () => {
    const graph = g.trace(({ a }) => {
      g.exp(a);
      return g.square(a);
    }, { a: g.spec([3]) });
    expect(g.topologicalOrder(graph.outputs.map(({ tensor }) => tensor)).map(({ op }) => op)).toEqual(['input', 'square']);
  });

  test('trees keep their structure, their order and their names', () => {
    const tree = { params: { 'layers.0.weight': 1, list: [2, { deep: 3 }] }, last: 4 };
    const { leaves, paths } = g.treeFlatten<number>(tree);
    expect(leaves).toEqual([1, 2, 3, 4]);
    expect(paths).toEqual(['params.layers.0.weight', 'params.list.0', 'params.list.1.deep', 'last']);
    expect(g.treeUnflatten<number, string>(tree, ['a', 'b', 'c', 'd'])).toEqual({ params: { 'layers.0.weight': 'a', list: ['b', { deep: 'c' }] }, last: 'd' });
  });
});
