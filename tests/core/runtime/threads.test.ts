import { expect, test } from 'vitest';
import { add, conv, div, type Graph, input, matmul, mul, Philox, relu, sum, type Tensor, topologicalOrder } from '#core/graph';
import { compile, compileInThreads, sealable } from '#core/runtime';

const graphOf = (outputs: Readonly<Record<string, Tensor>>): Graph => ({
  inputs: topologicalOrder(Object.values(outputs)).filter(({ op }) => op === 'input').map(({ attributes, shape, dtype }) => ({ name: attributes['name'] as string, shape, dtype })),
  outputs: Object.entries(outputs).map(([name, tensor]) => ({ name, tensor })),
});
const [x, w, n] = [input('x', [6, 5], 'float32'), input('w', [5, 4], 'float32'), input('n', [4], 'int64')];
const random = new Philox(0, 'threads');
const feeds = { x: random.normals(30), w: random.normals(20), n: BigInt64Array.of(3n, -1n, 2n, 7n) };
const first = graphOf({ y: relu(matmul(x, w)), twice: add(n, n) });
const second = graphOf({ total: sum(mul(input('y', [6, 4], 'float32'), input('z', [6, 4], 'float32'))) });
const cpu = { device: 'cpu', threads: 2 } as const;

test('programs in threads give what they give in this one, and are fed what their own thread made', async () => {
  const [here] = await compileInThreads(first, cpu, 1);
  const there = await compileInThreads(first, cpu, 2);
  const sums = await compileInThreads(second, cpu, 2);
  const expected = await here!.run(feeds);
  // Runs of both threads are under way at once.
  const made = await Promise.all(there.map((program) => program.run(feeds)));
  for (const { y, twice } of made) {
    expect(y!.shape).toEqual([6, 4]);
    expect(await y!.read()).toEqual(await expected['y']!.read());
    expect(await twice!.read()).toEqual(BigInt64Array.of(6n, -2n, 4n, 14n));
  }
  const y = (await expected['y']!.read()) as Float32Array;
  const z = random.normals(24);
  const total = y.reduce((at, value, i) => at + value * z[i]!, 0);
  for (const [i, program] of sums.entries()) {
    const result = await program.run({ y: made[i]!['y']!, z });
    expect(((await result['total']!.read()) as Float32Array)[0]).toBeCloseTo(total, 4);
  }
  await expect(sums[0]!.run({ y: made[1]!['y']!, z })).rejects.toThrow(/input y holds an array of another executor/);
  await expect(sums[0]!.run({ y: expected['y']!, z })).rejects.toThrow(/input y holds an array of another executor/);
  // What is given back serves the next run, while what is not stays as it is.
  const [program] = there as [(typeof there)[0]];
  const before = await made[0]!['y']!.read();
  made[1]!['y']!.dispose();
  const other = await program.run({ ...feeds, x: feeds.x.map((value) => value + 1) });
  expect(await made[0]!['y']!.read()).toEqual(before);
  other['y']!.dispose();
  await expect(other['y']!.read()).rejects.toThrow(/disposed/);
  await Promise.all([here!, ...there, ...sums].map((each) => each.dispose()));
});

test('a part of a larger array is fed alone, wrong feeds and what the runtime refuses are told', async () => {
  const [program] = await compileInThreads(first, cpu, 2);
  const many = random.normals(300);
  const result = await program!.run({ ...feeds, x: many.subarray(90, 120) });
  const here = await compile(first, cpu);
  expect(await result['y']!.read()).toEqual(await (await here.run({ ...feeds, x: many.slice(90, 120) }))['y']!.read());
  await expect(program!.run({ ...feeds, x: many })).rejects.toThrow(/input x has shape \[6,5\] \(30 values\), got 300/);
  await expect(program!.run({ ...feeds, u: many })).rejects.toThrow(/no input u/);
  const quotient = graphOf({ q: div(input('a', [2], 'int32'), input('b', [2], 'int32')) });
  const [division] = await compileInThreads(quotient, cpu, 2);
  const fine = await division!.run({ a: Int32Array.of(7, 9), b: Int32Array.of(2, 3) });
  expect(await fine['q']!.read()).toEqual(Int32Array.of(3, 3));
  await division!.dispose();
  await expect(division!.run({ a: Int32Array.of(7, 9), b: Int32Array.of(2, 3) })).rejects.toThrow();
  await Promise.all([program!.dispose(), here.dispose()]);
});

test('images in blocks stay in their thread', async () => {
  const images = relu(conv(input('images', [8, 3, 12, 12], 'float32'), input('v', [16, 3, 3, 3], 'float32'), { padding: 1 }));
  const [make, read] = [graphOf({ images: images }), graphOf({ images: relu(conv(input('images', images.shape, 'float32'), input('u', [16, 16, 3, 3], 'float32'), { padding: 1 })) })];
  const given = { images: random.normals(8 * 3 * 144), v: random.normals(16 * 27) };
  const u = random.normals(16 * 144);
  const results: unknown[] = [];
  for (const [sealed, count] of [[new Set<string>(), 1], [new Set(await sealable(make, 'cpu')), 2]] as const) {
    // Only the images that are exchanged are sealed, not those that are read here.
    const [one] = await compileInThreads(make, { ...cpu, sealed }, count);
    const [other] = await compileInThreads({ ...read, outputs: [{ ...read.outputs[0]!, name: 'result' }] }, { ...cpu, sealed }, count);
    const { result } = await other!.run({ images: (await one!.run(given))['images']!, u });
    results.push(await result!.read());
    await Promise.all([one!.dispose(), other!.dispose()]);
  }
  expect(results[1]).toEqual(results[0]);
});
