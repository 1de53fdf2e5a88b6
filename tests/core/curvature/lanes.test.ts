import { expect, test } from 'vitest';
import { networkOperator } from '#core/curvature';
import { inLanes } from '../../../core/curvature/operators/lanes';
import { residualProblem } from './problems';

test('works are done at once, a lane one after the other, and taken in order', async () => {
  const events: string[] = [];
  const open = new Map<number, () => void>();
  const taken: number[] = [];
  const all = inLanes(5, 2, (index) => new Promise<number>((resolve) => {
    events.push(`begin ${index}`);
    open.set(index, () => resolve(10 * index));
  }), (result) => taken.push(result));
  const end = async (index: number): Promise<void> => {
    open.get(index)!();
    await new Promise((resolve) => setImmediate(resolve));
  };
  expect(events).toEqual(['begin 0', 'begin 1']);
  await end(1);
  expect(events.at(-1)).toBe('begin 3');
  await end(3);
  expect(taken).toEqual([]);
  await end(0);
  expect(taken).toEqual([0, 10]);
  await end(2);
  await end(4);
  await all;
  expect(taken).toEqual([0, 10, 20, 30, 40]);
});

test('an error is told when every lane has ended, and nothing is begun after it', async () => {
  const begun: number[] = [];
  let finish: () => void = () => undefined;
  let settled = false;
  const all = inLanes(6, 2, (index) => {
    begun.push(index);
    return index === 0 ? Promise.reject(new Error('of the first')) : new Promise<void>((resolve) => (finish = resolve));
  }, () => undefined).finally(() => (settled = true));
  const told = expect(all).rejects.toThrow('of the first');
  await new Promise((resolve) => setImmediate(resolve));
  expect(settled).toBe(false);
  finish();
  await told;
  expect(begun).toEqual([0, 1]);
});

test('products of several batches at once are those of one after the other, bit for bit, and hear a stop', async () => {
  const problem = residualProblem(32, 160, 64);
  const [one, several] = [networkOperator(problem, 'hessian', { device: 'cpu', threads: 1 }), networkOperator(problem, 'hessian', { device: 'cpu', threads: 2 })];
  const whole = networkOperator(problem, 'hessian', { device: 'cpu', threads: 2, memory: 0 });
  expect([one.lanes, several.lanes, whole.lanes]).toEqual([1, 2, 2]);
  for (const count of [2, 1]) {
    const vectors = Array.from({ length: count }, (_, k) => Float32Array.from({ length: one.dimension }, (__, i) => Math.cos(i * (k + 1)) / 100));
    const expected = await one.apply(vectors);
    expect(await several.apply(vectors)).toEqual(expected);
    if (count === 1) expect(await whole.apply(vectors)).toEqual(expected);
  }
  expect(several.keptBytes).toBe(one.keptBytes);
  const other = residualProblem(32, 160, 64, 1);
  for (const operator of [one, several]) operator.moveTo!(other);
  expect(several.keptBytes).toBe(0);
  const vector = new Float32Array(one.dimension).fill(0.01);
  expect(await several.apply([vector])).toEqual(await one.apply([vector]));
  await expect(several.apply([vector], { signal: AbortSignal.abort(new Error('stopped')) })).rejects.toThrow('stopped');
  await Promise.all([one, several, whole].map((operator) => operator.dispose()));
}, 60_000);

test('small work, one batch, one thread and other devices are not shared out', () => {
  for (const [problem, options] of [[residualProblem(8, 12, 4), { device: 'cpu', threads: 4 }], [residualProblem(32, 64, 64), { device: 'cpu', threads: 4 }], [residualProblem(32, 128, 64), { device: 'reference' }]] as const) {
    expect(networkOperator(problem, 'hessian', options).lanes).toBe(1);
  }
});
