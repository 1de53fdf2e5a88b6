import { describe, expect, it } from 'vitest';
import { constant, streamKey, type Tensor } from '#core/graph';
import { batchNorm, convolution, dropout, flatten, groupNorm, initialize, layerNorm, linear, parameterCount, pooling, sequential } from '#core/nn';
import type { Initializer, Mode, Module } from '#core/nn';
import { evaluate, floats, type Value } from '../blocks/evaluate';

const normal: Initializer = ({ shape }, random) => random.normals(shape.reduce((a, b) => a * b, 1));

/** Applies a module to `x` with its first weights; parameters and buffers may be replaced. */
async function apply(module: Module, x: Value, mode: Mode, changes: Record<string, number[]> = {}) {
  const weights = initialize(module, 0);
  const values: Record<string, Value> = { x };
  for (const [name, { shape }] of Object.entries(module.parameters)) values[`p ${name}`] = floats(shape, changes[name] ?? weights.parameters[name]!);
  for (const [name, { shape }] of Object.entries(module.buffers)) values[`b ${name}`] = floats(shape, changes[name] ?? weights.buffers[name]!);
  return evaluate((args) => {
    const under = (prefix: string): Record<string, Tensor> =>
      Object.fromEntries(Object.entries(args).filter(([name]) => name.startsWith(prefix)).map(([name, tensor]) => [name.slice(2), tensor]));
    const result = module.apply(under('p '), under('b '), args['x']!, mode);
    return { output: result.output, ...result.buffers };
  }, values);
}

const moments = (values: ArrayLike<number>): { mean: number; variance: number } => {
  const list = Array.from(values);
  const mean = list.reduce((a, b) => a + b, 0) / list.length;
  return { mean, variance: list.reduce((sum, value) => sum + (value - mean) ** 2, 0) / list.length };
};

const random = (shape: number[], seed = 1): Value => {
  const size = shape.reduce((a, b) => a * b, 1);
  return floats(shape, Array.from({ length: size }, (_, i) => Math.sin(12.9898 * (i + seed)) * 2 + 0.3));
};

describe('layers', () => {
  it('linear: y = x W^T + b', async () => {
    const { output } = await apply(linear({ units: 2, initializer: normal })([3]), floats([1, 3], [1, 2, 3]), { train: false }, { weight: [1, 0, -1, 2, 2, 2], bias: [10, 20] });
    expect(Array.from(output!)).toEqual([1 - 3 + 10, 12 + 20]);
  });

  it('batch norm, training: mean 0 and variance 1 a channel; running statistics as in PyTorch (unbiased, momentum 0.1)', async () => {
    const x = random([6, 2, 3, 3]);
    const { output, running_mean: mean, running_var: variance } = await apply(batchNorm()([2, 3, 3]), x, { train: true }, { running_mean: [1, 1], running_var: [2, 2] });
    for (const channel of [0, 1]) {
      const of = (values: ArrayLike<number>): number[] => Array.from(values).filter((_, i) => Math.floor(i / 9) % 2 === channel);
      const seen = moments(of(x.data as Float32Array));
      const normalized = moments(of(output!));
      expect(normalized.mean).toBeCloseTo(0, 9);
      expect(normalized.variance).toBeCloseTo(seen.variance / (seen.variance + 1e-5), 9);
      expect(mean![channel]).toBeCloseTo(0.9 + 0.1 * seen.mean, 9);
      expect(variance![channel]).toBeCloseTo(0.9 * 2 + (0.1 * seen.variance * 54) / 53, 9);
    }
  });

  it('batch norm, otherwise: the running statistics; or the batch\'s own without moving them', async () => {
    const module = batchNorm()([2]);
    const x = random([5, 2]);
    const changes = { running_mean: [1, -1], running_var: [4, 0.25], weight: [2, 3], bias: [0.5, 0] };
    const running = await apply(module, x, { train: false }, changes);
    Array.from(x.data as Float32Array).forEach((value, i) => {
      const expected = i % 2 === 0 ? ((value - 1) / Math.sqrt(4 + 1e-5)) * 2 + 0.5 : ((value + 1) / Math.sqrt(0.25 + 1e-5)) * 3;
      expect(running['output']![i]).toBeCloseTo(expected, 9);
    });
    const own = await apply(module, x, { train: false, batchStatistics: true }, changes);
    const trained = await apply(module, x, { train: true }, changes);
    expect(own['output']).toEqual(trained['output']);
    expect(Array.from(own['running_mean']!)).toEqual([1, -1]);
  });

  it('group norm and layer norm: every example by itself', async () => {
    const x = random([2, 4, 3, 3]);
    const grouped = (await apply(groupNorm({ groups: 2 })([4, 3, 3]), x, { train: true }))['output']!;
    for (let group = 0; group < 4; group++) {
      const { mean, variance } = moments(grouped.subarray(group * 18, (group + 1) * 18));
      expect(mean).toBeCloseTo(0, 9);
      expect(variance).toBeCloseTo(1, 4);
    }
    const layered = (await apply(layerNorm()([4, 3, 3]), x, { train: true }))['output']!;
    for (let n = 0; n < 2; n++) expect(moments(layered.subarray(n * 36, (n + 1) * 36)).mean).toBeCloseTo(0, 9);
    expect(() => groupNorm({ groups: 3 })([4, 2, 2])).toThrow('3 groups do not divide 4 channels');
  });

  it('dropout: drops about its rate, scales the rest, keyed by name; nothing outside training', async () => {
    const x = floats([100, 100], new Float32Array(10_000).fill(1));
    const mode = (seed: number): Mode => ({ train: true, random: (name) => keyed(seed, name) });
    const { output } = await apply(dropout(0.3)([100]), x, mode(0));
    const kept = output!.filter((value) => value !== 0);
    expect(new Set(kept.map((value) => Math.fround(value)))).toEqual(new Set([Math.fround(1 / 0.7)]));
    expect(Math.abs(kept.length / 10_000 - 0.7)).toBeLessThan(5 * Math.sqrt(0.21 / 10_000));
    expect((await apply(dropout(0.3)([100]), x, mode(0)))['output']).toEqual(output);
    expect((await apply(dropout(0.3)([100]), x, mode(1)))['output']).not.toEqual(output);
    expect((await apply(dropout(0.3)([100]), x, { train: false }))['output']!.every((value) => value === 1)).toBe(true);
    expect(() => dropout(1)).toThrow('not in [0, 1)');
  });

  it('shapes pass from layer to layer, and names follow places as in torch.nn.Sequential', () => {
    const module = sequential([
      convolution({ channels: 8, kernel: 3, padding: 1, stride: 2, initializer: normal }), pooling('max', { size: 2 }), flatten, linear({ units: 5, initializer: normal }),
    ])([3, 16, 16]);
    expect(module.outputShape).toEqual([5]);
    expect(Object.entries(module.parameters).map(([name, { shape, kind, fanIn }]) => [name, shape, kind, fanIn])).toEqual([
      ['0.weight', [8, 3, 3, 3], 'weight', 27], ['0.bias', [8], 'bias', 27], ['3.weight', [5, 128], 'weight', 128], ['3.bias', [5], 'bias', 128],
    ]);
    expect(parameterCount(module)).toBe(8 * 27 + 8 + 5 * 128 + 5);
  });

  it('say what does not fit', () => {
    expect(() => linear({ units: 2, initializer: normal })([1, 28, 28])).toThrow('not [1, 28, 28]');
    expect(() => convolution({ channels: 2, kernel: 3, initializer: normal })([7])).toThrow('takes pictures');
    expect(() => pooling('max', { size: 4 })([1, 3, 3])).toThrow('a window of 4 does not fit a picture of 3');
  });
});

describe('initialize', () => {
  it('keys each parameter by its own name: another layer leaves it as it was', () => {
    const short = initialize(sequential([linear({ units: 4, initializer: normal })])([3]), 7);
    const long = initialize(sequential([linear({ units: 4, initializer: normal }), linear({ units: 4, initializer: normal })])([3]), 7);
    expect(long.parameters['0.weight']).toEqual(short.parameters['0.weight']);
    expect(long.parameters['1.weight']).not.toEqual(long.parameters['0.weight']);
  });
});

/** A key of a stream as a constant of the graph. */
function keyed(seed: number, name: string): Tensor {
  return constant(streamKey(seed, name, 1), [2]);
}
