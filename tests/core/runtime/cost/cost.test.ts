import { describe, expect, test } from 'vitest';
import * as g from '#core/graph';
import { compile, estimate } from '#core/runtime';

const graphOf = (outputs: Record<string, g.Tensor>): g.Graph => {
  const tensors = Object.values(outputs);
  const inputs = g.topologicalOrder(tensors).filter(({ op }) => op === 'input');
  return { inputs: inputs.map(({ attributes, shape, dtype }) => ({ name: attributes['name'] as string, shape, dtype })), outputs: Object.entries(outputs).map(([name, tensor]) => ({ name, tensor })) };
};

describe('counted work', () => {
  const [a, b] = [g.input('a', [64, 32]), g.input('b', [32, 16])];

  test('a product counts 2 m k n operations and its three matrices; a view counts nothing', () => {
    const { nodes, flops, bytes } = estimate(graphOf({ y: g.reshape(g.matmul(a, b), [16, 64]) }));
    expect(nodes.map(({ node }) => node.op)).toEqual(['matmul']);
    expect(flops).toBe(2 * 64 * 32 * 16);
    expect(bytes).toBe(4 * (64 * 32 + 32 * 16 + 64 * 16));
  });

  test('a loop counts what its readers need, once a step', () => {
    const xs = g.input('xs', [10, 4, 8]);
    const w = g.input('w', [8, 8]);
    const step = (h: g.Tensor, x: g.Tensor): [g.Tensor, g.Tensor] => [g.tanh(g.matmul(g.add(h, x), w)), g.exp(h)];
    const [last, ys] = g.scan(step, g.zeros([4, 8]), xs);
    const alone = estimate(graphOf({ last }));
    expect(alone.ops.find(({ op }) => op === 'matmul')).toEqual({ op: 'matmul', nodes: 1, flops: 10 * 2 * 4 * 8 * 8, bytes: 10 * 4 * (32 + 64 + 32) });
    expect(alone.ops.some(({ op }) => op === 'exp')).toBe(false);
    expect(estimate(graphOf({ last, ys })).ops.find(({ op }) => op === 'exp')?.nodes).toBe(1);
  });

  test('what only derivatives need is not counted', () => {
    const x = g.input('x', [8]);
    const y = g.checkpoint((v: g.Tensor) => g.exp(g.stopGradient(v)))(x);
    expect(estimate(graphOf({ y })).ops).toEqual([{ op: 'exp', nodes: 1, flops: 64, bytes: 64 }]);
  });
});

describe('counted memory', () => {
  const x = g.input('x', [1000]);
  const chain = (steps: number): g.Tensor => g.range(steps).reduce((h) => g.cumsum(h), x);

  test('a chain holds two tensors at a time, however long', () => {
    for (const steps of [3, 10]) expect(estimate(graphOf({ y: g.sum(chain(steps)) })).memory).toMatchObject({ inputs: 4000, outputs: 4, intermediates: 8000 });
  });

  test('elementwise work takes place in the operand that nothing else reads', () => {
    expect(estimate(graphOf({ y: g.sum(g.tanh(g.exp(g.cumsum(x)))) })).memory.intermediates).toBe(4000);
  });

  test('what is read late is held as long', () => {
    const ys = g.range(5).map((i) => g.cumsum(g.mul(x, i + 2)));
    const product = ys.reduce((total, y) => g.mul(total, y));
    const late = g.sum(g.mul(g.cumsum(product), ys.map((y) => g.cumsum(y)).reduce((total, y) => g.mul(total, y))));
    expect(estimate(graphOf({ late })).memory.intermediates).toBeGreaterThanOrEqual(5 * 4000);
  });

  test('a deep network with checkpoints takes less for its gradient', () => {
    const w = g.input('w', [64, 64]);
    const data = g.input('data', [512, 64]);
    const block = (h: g.Tensor, weights: g.Tensor): g.Tensor => g.range(4).reduce((v) => g.tanh(g.matmul(g.sin(v), weights)), h);
    const slope = (f: typeof block): g.Tensor => g.grad((weights: g.Tensor) => g.mean(g.square(g.range(4).reduce((h) => f(h, weights), data))))(w);
    const plain = estimate(graphOf({ slope: slope(block) }));
    const saving = estimate(graphOf({ slope: slope(g.checkpoint(block)) }));
    expect(saving.memory.intermediates).toBeLessThan(0.75 * plain.memory.intermediates);
    expect(saving.flops).toBeLessThan(1.5 * plain.flops);
  });

  test('ONNX Runtime takes between half and twice of it', async () => {
    const [n, width] = [1024, 512];
    const data = g.input('data', [n, width]);
    const ws = g.range(10).map((i) => g.input(`w${i}`, [width, width]));
    const loss = (weights: g.Tensor[]): g.Tensor => g.mean(g.square(weights.reduce((h, w) => g.tanh(g.matmul(g.sin(h), w)), data)));
    const slopes = g.grad(loss)(ws).map((slope) => g.sum(g.square(slope)));
    const graph = graphOf(Object.fromEntries(slopes.map((slope, i) => [`s${i}`, slope])));
    const { memory } = estimate(graph);
    const feeds = Object.fromEntries(graph.inputs.map(({ name, shape }) => [name, new Float32Array(g.sizeOf(shape)).fill(0.01)]));
    const program = await compile(graph, { device: 'cpu', threads: 1 });
    const before = process.memoryUsage.rss();
    for (let run = 0; run < 2; run++) for (const array of Object.values(await program.run(feeds))) array.dispose();
    const taken = process.memoryUsage.rss() - before;
    await program.dispose();
    expect(memory.intermediates).toBeGreaterThan(2 ** 25);
    expect(taken / memory.intermediates).toBeGreaterThan(0.5);
    expect(taken / memory.intermediates).toBeLessThan(2);
  });
});

describe('what does not fit', () => {
  const large = graphOf({ y: g.sum(g.cumsum(g.cumsum(g.input('x', [1 << 20])))) });

  test('is refused with the figures, the largest tensors and what to lower', async () => {
    await expect(compile(large, { device: 'cpu', memoryLimit: 1e6 })).rejects.toMatchObject({
      code: 'runtime.memory',
      message: 'this computation takes about 12 MB of memory (8 MB computed on the way, 4 MB fed), 977 kB are free',
      hint: "lower the batch size, the number of members or the network's width or depth; its largest tensors: cumsum: float32[1048576] (4 MB)",
    });
  });

  test('a matrix of terabytes is refused by what the machine has', async () => {
    const x = g.input('x', [1 << 20, 1]);
    const huge = graphOf({ y: g.max(g.cumsum(g.matmul(x, g.transpose(x)))) });
    for (const device of ['cpu', 'reference'] as const) await expect(compile(huge, { device })).rejects.toMatchObject({ code: 'runtime.memory' });
  });

  test('what fits is compiled', async () => {
    const program = await compile(large, { device: 'cpu', memoryLimit: 2e7 });
    await program.dispose();
  });
});
