import { describe, expect, test } from 'vitest';
import * as g from '#core/graph';
import { firstNonFinite } from '#core/runtime';

const graphOf = (inputs: readonly g.Tensor[], outputs: Record<string, g.Tensor>): g.Graph => ({
  inputs: inputs.map(({ attributes, shape, dtype }) => ({ name: attributes['name'] as string, shape, dtype })),
  outputs: Object.entries(outputs).map(([name, tensor]) => ({ name, tensor })),
});
const [x, w] = [g.input('x', [2, 3]), g.input('layers.1.weight', [3])];
const feeds = { x: Float32Array.of(1, 2, 3, 4, 0, 6), 'layers.1.weight': Float32Array.of(1, 1, 1) };

describe.each(['cpu', 'reference'] as const)('the first number that is not finite, on %s', (device) => {
  const find = (y: g.Tensor, given: Record<string, g.TypedArray> = feeds, others: Record<string, g.Tensor> = {}) => firstNonFinite(graphOf([x, w], { y, ...others }), given, { device, threads: 1 });

  test('is found with what made it, what that read and where it is', async () => {
    const scaled = g.mul(x, w);
    const found = await find(g.sum(g.tanh(g.exp(g.add(g.log(scaled), 1)))), feeds, { other: g.sum(scaled) });
    expect(found).toMatchObject({ op: 'log', shape: [2, 3], value: -Infinity, count: 1, reaches: ['y'] });
    expect(found!.reads).toEqual([{ name: 'mul', shape: [2, 3], low: 0, high: 6 }]);
    expect(found!.near).toEqual(['x', 'layers.1.weight']);
  });

  test('may be one that was fed', async () => {
    expect(await find(g.sum(g.mul(x, w)), { ...feeds, x: Float32Array.of(1, NaN, 3, 4, 0, NaN) })).toMatchObject({ op: 'input', near: ['x'], value: NaN, count: 2 });
  });

  test('is not an infinity that is meant', async () => {
    const masked = g.where(g.greater(x, 2), x, -Infinity);
    expect(await find(g.sum(g.softmax(masked)))).toBeUndefined();
    const found = await find(g.sum(g.sub(masked, g.max(masked, 1, true))), { ...feeds, x: Float32Array.of(0, 1, 2, 4, 0, 6) });
    expect(found).toMatchObject({ op: 'sub', value: NaN });
  });

  test('is found within the steps of a loop', async () => {
    const [last] = g.scan((h: g.Tensor, row: g.Tensor): [g.Tensor, g.Tensor] => [g.sqrt(g.sub(h, row)), row], g.full([3], 5), x);
    expect(await find(g.sum(last))).toMatchObject({ op: 'sqrt', value: NaN });
  });

  test('is not found where all is well', async () => {
    expect(await find(g.sum(g.mul(x, w)))).toBeUndefined();
  });
});
