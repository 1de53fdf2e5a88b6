import { expect, test } from 'vitest';
import * as g from '#core/graph';
import { compile } from '#core/runtime';

test('ONNX Runtime runs out of memory: the error says so, and the process computes on', async () => {
  // More than any processor can address, so that no system gives it on trust.
  const n = 2 ** 23;
  const graph = g.trace(({ x, y }) => g.max(g.matmul(g.reshape(x, [n, 1]), g.reshape(y, [1, n]))), { x: g.spec([n]), y: g.spec([n]) });
  const program = await compile(graph, { device: 'cpu', memoryLimit: Infinity });
  const attempt = program.run({ x: new Float32Array(n), y: new Float32Array(n) });
  await expect(attempt).rejects.toMatchObject({ code: 'device.memory', message: expect.stringContaining('device cpu has not enough memory'), hint: expect.stringContaining('training.batchSize') });
  await program.dispose();
  const small = await compile(g.trace(({ x }) => g.mul(x, 2), { x: g.spec([2]) }), { device: 'cpu' });
  expect([...((await (await small.run({ x: Float32Array.of(1, 2) }))['output']!.read()) as Float32Array)]).toEqual([2, 4]);
  await small.dispose();
});
