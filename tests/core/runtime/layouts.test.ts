import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as g from '#core/graph';
import { lowerGraph } from '../../../core/runtime/onnx/lower-graph';
import { evaluate, projected, relativeError } from '../graph/oracle';

/** Many small networks at once: `[members, rows, columns]` with few columns, which ONNX Runtime computes turned round. */
const activations: Record<string, (x: g.Tensor) => g.Tensor> = {
  relu: g.relu,
  tanh: g.tanh,
  gelu: (x) => g.gelu(x),
  'softmax inside': (x) => g.softmax(x),
  'norm of rows': (x) => g.normalize(x, -1, 1e-2),
  'largest of a row': (x) => g.sub(x, g.max(x, -1, true)),
  'times its mean': (x) => g.mul(x, g.mean(x, -2, true)),
};

/** Rounding may put a number on the other side of a kink; these are tried at one seed. */
const kinked = ['relu', 'largest of a row'];

interface Case {
  readonly members: number;
  readonly rows: number;
  readonly widths: readonly number[];
  readonly activation: string;
  readonly shared: boolean;
}

const cases: fc.Arbitrary<Case> = fc.record({
  members: fc.constantFrom(16, 24),
  rows: fc.constantFrom(48, 64),
  widths: fc.tuple(fc.integer({ min: 1, max: 5 }), fc.constantFrom(8, 11, 16), fc.constantFrom(8, 13, 40), fc.integer({ min: 1, max: 9 })),
  activation: fc.constantFrom(...Object.keys(activations).filter((name) => !kinked.includes(name))),
  shared: fc.boolean(),
});

/** Scores, losses and the losses' slopes of all members of a small network with two hidden layers. */
function population({ members, rows, widths, activation, shared }: Case): { inputs: g.Tensor[]; outputs: g.Tensor[] } {
  const act = activations[activation]!;
  const x = g.input('x', shared ? [rows, widths[0]!] : [members, rows, widths[0]!], 'float32');
  const parameters = widths.slice(1).flatMap((width, i) => [
    g.input(`w${i}`, [members, width, widths[i]!], 'float32'),
    g.input(`b${i}`, [members, width], 'float32'),
  ]);
  const network = (images: g.Tensor, ...p: g.Tensor[]): g.Tensor => {
    let h = images;
    for (let i = 0; i < p.length; i += 2) {
      h = g.add(g.matmul(h, g.transpose(p[i]!)), p[i + 1]!);
      if (i < p.length - 2) h = act(h);
    }
    return h;
  };
  const scores = g.vmap(network as never, { inAxes: [shared ? null : 0, ...parameters.map(() => 0)] as never }) as unknown as (...args: g.Tensor[]) => g.Tensor;
  const y = scores(x, ...parameters);
  const losses = g.neg(g.mean(g.slice(g.logSoftmax(y), [0, 0, 0], [members, rows, 1]), [1, 2]));
  return { inputs: [x, ...parameters], outputs: [y, losses, ...g.gradients(projected(losses, 1), [x, ...parameters])] };
}

async function expectExact(c: Case, seed: number): Promise<void> {
  const { inputs, outputs } = population(c);
  const random = new g.Philox(seed, 'turned');
  const feeds = new Map(inputs.map((x) => [x, random.normals(x.size).map((v) => v / 2)]));
  const [fast, exact] = [await evaluate('cpu', outputs, feeds), await evaluate('reference', outputs, feeds)];
  fast.forEach((numbers, i) => expect(relativeError(numbers, exact[i]!)).toBeLessThan(1e-5));
}

test('populations of small networks, turned round, are those of the float64 reference', async () => {
  await fc.assert(fc.asyncProperty(cases, fc.nat(1e6), expectExact), { numRuns: 20 });
}, 120_000);

test.each(kinked)('so are those with kinks: %s', (activation) => expectExact({ members: 16, rows: 48, widths: [3, 8, 13, 2], activation, shared: true }, 7));

test('such a population has no softmax by rows and leaves no conversion unread', () => {
  const { inputs, outputs } = population({ members: 32, rows: 64, widths: [2, 16, 16, 2], activation: 'relu', shared: true });
  const graph = {
    inputs: inputs.map((x) => ({ name: String(x.attributes['name']), shape: x.shape, dtype: x.dtype })),
    outputs: outputs.slice(1).map((tensor, i) => ({ name: `y${i}`, tensor })),
  };
  const { nodes } = lowerGraph(graph);
  const read = new Set([...nodes.flatMap(({ inputs: names }) => names), ...graph.outputs.map(({ name }) => name)]);
  expect(nodes.filter(({ outputs: names }) => !names.some((name) => read.has(name)))).toEqual([]);
  expect(nodes.some(({ opType }) => opType === 'LogSoftmax')).toBe(false);
  expect(lowerGraph(graph, { portable: true }).nodes.some(({ opType }) => opType === 'LogSoftmax')).toBe(true);
});

test('the gradient of slicing is one concatenation, a bias of rows joins their product', async () => {
  const [x, w, bias] = [g.input('x', [2, 6, 5], 'float32'), g.input('w', [12, 5], 'float32'), g.input('b', [12], 'float32')];
  const y = g.add(g.matmul(x, g.transpose(w)), bias);
  const [a, b, c] = [0, 3, 7].map((start, i) => g.slice(y, [0, 0, start], [2, 6, [3, 7, 12][i]!])) as [g.Tensor, g.Tensor, g.Tensor];
  const loss = g.add(g.add(g.sum(g.square(a)), g.sum(g.exp(b))), g.sum(g.mul(g.sin(c), g.slice(c, [0], [2]))));
  const outputs = [y, ...g.gradients(loss, [x, w, bias])];
  const graph = { inputs: [x, w, bias].map((t) => ({ name: String(t.attributes['name']), shape: t.shape, dtype: t.dtype })), outputs: outputs.map((tensor, i) => ({ name: `y${i}`, tensor })) };
  const { nodes } = lowerGraph(graph);
  expect(nodes.some(({ opType }) => opType === 'Pad')).toBe(false);
  expect(nodes.filter(({ opType }) => opType === 'Gemm')[0]!.inputs).toHaveLength(3);
  const random = new g.Philox(3, 'joined');
  const feeds = new Map([x, w, bias].map((t) => [t, random.normals(t.size)]));
  const [fast, exact] = [await evaluate('cpu', outputs, feeds), await evaluate('reference', outputs, feeds)];
  fast.forEach((numbers, i) => expect(relativeError(numbers, exact[i]!)).toBeLessThan(1e-5));
});

interface BlockCase {
  readonly batch: number;
  readonly size: number;
  readonly inputs: number;
  readonly channels: number;
  readonly stride: number;
  readonly flat: boolean;
}

const blockCases: fc.Arbitrary<BlockCase> = fc.record({
  batch: fc.constantFrom(8, 16),
  size: fc.constantFrom(7, 8),
  inputs: fc.constantFrom(3, 16, 20),
  channels: fc.constantFrom(16, 32),
  stride: fc.constantFrom(1, 2),
  flat: fc.boolean(),
});

/** A residual block with BatchNorm: its result, its statistics, the loss and the loss' slopes; with `second`, a Hessian's product too. */
function residualBlock(c: BlockCase, act: (x: g.Tensor) => g.Tensor, second: boolean): { inputs: g.Tensor[]; outputs: g.Tensor[] } {
  const spatial = c.flat ? [c.size * c.size] : [c.size, c.size];
  const kernel = (n: number): number[] => spatial.map(() => n);
  const x = g.input('x', [c.batch, c.inputs, ...spatial], 'float32');
  const [first, next, short] = [
    g.input('first', [c.channels, c.inputs, ...kernel(3)], 'float32'),
    g.input('next', [c.channels, c.channels, ...kernel(3)], 'float32'),
    g.input('short', [c.channels, c.inputs, ...kernel(1)], 'float32'),
  ];
  const affine = ['w1', 'b1', 'w2', 'b2'].map((name) => g.input(name, [c.channels], 'float32')) as [g.Tensor, g.Tensor, g.Tensor, g.Tensor];
  const forward = (x: g.Tensor, w: g.Tensor, ...p: g.Tensor[]): { y: g.Tensor; statistics: g.Tensor[] } => {
    const one = g.batchNorm(g.conv(x, w, { stride: c.stride, padding: 1 }), p[2], p[3], 1e-2);
    const two = g.batchNorm(g.conv(act(one.y), p[0]!, { padding: 1 }), p[4], p[5], 1e-2);
    const y = act(g.add(two.y, g.mul(g.conv(x, p[1]!, { stride: c.stride }), 0.5)));
    return { y, statistics: [one.mean, one.variance, two.mean, two.variance] };
  };
  const inputs = [x, first, next, short, ...affine];
  const { y, statistics } = forward(x, first, next, short, ...affine);
  const loss = projected(g.square(g.globalAveragePool(y)), 2);
  const slopes = g.gradients(loss, inputs);
  const curved = second ? g.gradients(projected(slopes[1]!, 3), [first, affine[0]]) : [];
  return { inputs, outputs: [y, ...statistics, loss, ...slopes, ...curved] };
}

async function expectBlockExact(c: BlockCase, act: (x: g.Tensor) => g.Tensor, second: boolean, seed: number): Promise<void> {
  const { inputs, outputs } = residualBlock(c, act, second);
  const random = new g.Philox(seed, 'block');
  const feeds = new Map(inputs.map((x) => [x, random.normals(x.size).map((v) => v / 3 + 0.1)]));
  const [fast, exact] = [await evaluate('cpu', outputs, feeds), await evaluate('reference', outputs, feeds)];
  fast.forEach((numbers, i) => expect(relativeError(numbers, exact[i]!), `output ${i}`).toBeLessThan(3e-5));
}

test('residual blocks with BatchNorm in blocks of channels are those of the float64 reference', async () => {
  await fc.assert(fc.asyncProperty(blockCases, fc.nat(1e6), (c, seed) => expectBlockExact(c, g.tanh, false, seed)), { numRuns: 8 });
}, 120_000);

test('so are their second derivatives, and those with ReLU', async () => {
  await expectBlockExact({ batch: 8, size: 8, inputs: 16, channels: 16, stride: 2, flat: false }, g.tanh, true, 1);
  await expectBlockExact({ batch: 8, size: 8, inputs: 16, channels: 32, stride: 1, flat: false }, g.relu, false, 2);
});
