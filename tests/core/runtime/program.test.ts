import { describe, expect, test } from 'vitest';
import * as g from '#core/graph';
import { compile, compileFunction, type DeviceId, estimate } from '#core/runtime';

const devices: DeviceId[] = ['cpu', 'tensorflow', 'reference'];

describe.each(devices)('a program on %s', (device) => {
  const build = () => compileFunction(({ state, x, n }) => ({ next: { w: g.add(state.w, x) }, count: g.mul(n, 2) }), { state: { w: g.spec([3]) }, x: g.spec([]), n: g.spec([2], 'int32') }, { device });

  test('takes and gives trees, and its own arrays back', async () => {
    const program = await build();
    let state: { w: Float32Array } | { w: Awaited<ReturnType<typeof program.call>>['next']['w'] } = { w: Float32Array.of(1, 2, 3) };
    for (let i = 0; i < 3; i++) {
      const result = await program.call({ state, x: Float32Array.of(0.5), n: Int32Array.of(i, i + 1) });
      expect([...((await result.count.read()) as Int32Array)]).toEqual([2 * i, 2 * i + 2]);
      state = result.next;
    }
    expect([...((await (state as { w: { read(): Promise<ArrayLike<number>> } }).w.read()) as Float32Array)]).toEqual([2.5, 3.5, 4.5]);
    await program.dispose();
  });

  test.each([
    ['input x was not fed', { w: new Float32Array(3) }, undefined, Int32Array.of(1, 2)],
    ['input state.w has shape [3] (3 values), got 2 values', { w: new Float32Array(2) }, Float32Array.of(1), Int32Array.of(1, 2)],
    ['input n takes int32, got float32', { w: new Float32Array(3) }, Float32Array.of(1), Float32Array.of(1, 2)],
  ])('says what is wrong with its feeds: %s', async (message, state, x, n) => {
    const program = await build();
    const feeds = { 'state.w': state.w, ...(x === undefined ? {} : { x }), n };
    await expect(program.program.run(feeds)).rejects.toThrow(message);
    await expect(program.program.run(feeds)).rejects.toThrow(g.UserError);
    await program.dispose();
  });

  test('an input as output, one tensor under two names, and a constant as output', async () => {
    const program = await compileFunction(({ x }) => ({ x, twice: [g.exp(x), g.exp(x)], constant: g.ones([2]) }), { x: g.spec([2]) }, { device });
    const result = await program.call({ x: Float32Array.of(0, 1) });
    expect([...((await result.x.read()) as Float32Array)]).toEqual([0, 1]);
    expect([...((await result.constant.read()) as Float32Array)]).toEqual([1, 1]);
    for (const y of result.twice) expect(Number((await y.read())[1])).toBeCloseTo(Math.E, 5);
    await program.dispose();
  });

  test('empty tensors pass', async () => {
    const program = await compileFunction(({ x }) => ({ total: g.sum(g.exp(x)), joined: g.concat([x, g.ones([2, 3])]) }), { x: g.spec([0, 3]) }, { device });
    const result = await program.call({ x: new Float32Array(0) });
    expect([...((await result.total.read()) as Float32Array)]).toEqual([0]);
    expect([...((await result.joined.read()) as Float32Array)]).toEqual([1, 1, 1, 1, 1, 1]);
    await program.dispose();
  });
});

test.each(devices)('an op that %s has no rule for is named when the program is compiled', async (device) => {
  const x = g.input('x', [2, 3]);
  const strange = new g.Tensor('frobnicate', [x], {}, [2, 3], 'float32');
  const graph: g.Graph = { inputs: [{ name: 'x', shape: [2, 3], dtype: 'float32' }], outputs: [{ name: 'y', tensor: g.exp(strange) }] };
  await expect(compile(graph, { device })).rejects.toThrow(/executor cannot compute frobnicate: float32\[2,3\]/);
});

describe('device arrays', () => {
  test('what was read stays, although the memory is used again', async () => {
    const program = await compileFunction(({ x }) => g.mul(x, 2), { x: g.spec([2]) }, { device: 'cpu' });
    const first = await program.call({ x: Float32Array.of(1, 2) });
    const numbers = await first.read();
    first.dispose();
    const second = await program.call({ x: Float32Array.of(10, 20) });
    expect([...(numbers as Float32Array)]).toEqual([2, 4]);
    expect([...((await second.read()) as Float32Array)]).toEqual([20, 40]);
    expect(() => first.read()).toThrow('disposed');
    await program.dispose();
  });

  test('an array of one program feeds another', async () => {
    const double = await compileFunction(({ x }) => g.mul(x, 2), { x: g.spec([2]) }, { device: 'cpu' });
    const total = await compileFunction(({ x }) => g.sum(x), { x: g.spec([2]) }, { device: 'cpu' });
    const result = await total.call({ x: await double.call({ x: Float32Array.of(1, 2) }) });
    expect(Number((await result.read())[0])).toBe(6);
  });
});

test('the reference takes float64 and keeps it', async () => {
  const program = await compile(g.trace(({ x }) => g.add(x, 1e-12), { x: g.spec([1]) }), { device: 'reference' });
  const result = await program.run({ x: Float64Array.of(1) });
  expect(((await result['output']!.read()) as Float64Array)[0]).toBe(1 + 1e-12);
});

test('the cost model counts a product of matrices as 2 m n k', () => {
  const { flops } = estimate(g.trace(({ a, b }) => g.matmul(a, b), { a: g.spec([64, 128]), b: g.spec([128, 32]) }));
  expect(flops).toBe(2 * 64 * 128 * 32);
  const conv = estimate(g.trace(({ x, w }) => g.conv(x, w, { padding: 1 }), { x: g.spec([2, 3, 8, 8]), w: g.spec([4, 3, 3, 3]) }));
  expect(conv.flops).toBe(2 * (2 * 4 * 8 * 8) * (3 * 3 * 3));
});
