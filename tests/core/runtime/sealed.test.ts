import { expect, test } from 'vitest';
import { conv, type Graph, gradients, input, mul, Philox, relu, reshape, softmax, sum, type Tensor, topologicalOrder } from '#core/graph';
import { compile, sealable } from '#core/runtime';
import { blockSize } from '../../../core/runtime/onnx/lower/blocked/block-size';

const random = new Philox(0, 'sealed');
const graphOf = (outputs: Readonly<Record<string, Tensor>>): Graph => ({
  inputs: topologicalOrder(Object.values(outputs)).filter(({ op }) => op === 'input').map(({ attributes, shape, dtype }) => ({ name: attributes['name'] as string, shape, dtype })),
  outputs: Object.entries(outputs).map(([name, tensor]) => ({ name, tensor })),
});
const numbers = (graph: Graph, given: Readonly<Record<string, unknown>> = {}): Record<string, Float32Array> =>
  Object.fromEntries(graph.inputs.filter(({ name }) => !(name in given)).map(({ name, shape }) => [name, random.normals(shape.reduce((size, n) => size * n, 1))]));

/** Images of 32 channels, then of 32 and of 20, and of classes; signals likewise. */
const makers = {
  images: () => {
    const y = relu(conv(input('x', [9, 3, 12, 12], 'float32'), input('w', [32, 3, 3, 3], 'float32'), { padding: 1 }));
    const narrow = relu(conv(y, input('v', [20, 32, 3, 3], 'float32'), { padding: 1 }));
    return { y, narrow, line: sum(narrow, [2, 3]) };
  },
  signals: () => {
    const y = relu(conv(input('x', [9, 4, 64], 'float32'), input('w', [32, 4, 5], 'float32'), { padding: 2 }));
    const narrow = relu(conv(y, input('v', [20, 32, 5], 'float32'), { padding: 2 }));
    return { y, narrow, line: sum(narrow, [2]) };
  },
};

test.each(Object.entries(makers))('%s in blocks go from program to program as they are, and mean the same', async (kind, make) => {
  const given = graphOf(make());
  const worthIt = await sealable(given, 'cpu');
  // 20 channels are no whole blocks, and the sums no images.
  expect(worthIt).toEqual((await blockSize()) === undefined ? [] : ['y']);
  const [y, narrow] = given.outputs.map(({ name, tensor }) => input(name, tensor.shape, 'float32')) as [Tensor, Tensor];
  const filters = input('u', [32, 32, ...(kind === 'images' ? [3, 3] : [5])], 'float32');
  const z = conv(mul(y, relu(y)), filters, { padding: kind === 'images' ? 1 : 2 });
  const [slope] = gradients(sum(mul(z, z)), [filters]);
  // Read by a convolution, number by number and as the graph has it.
  const read = graphOf({ z, slope: slope!, rows: softmax(reshape(y, [y.shape[0]!, -1])), total: sum(narrow) });
  const results: Record<string, ArrayLike<number>>[] = [];
  const arrays: ArrayLike<number>[] = [];
  const feeds = numbers(given);
  const more = numbers(read, { y, narrow });
  for (const sealed of [new Set<string>(), new Set(worthIt), new Set(['y', 'narrow', 'line'])]) {
    const options = { device: 'cpu', threads: 1, sealed } as const;
    const [first, second] = [await compile(given, options), await compile(read, options)];
    const kept = await first.run(feeds);
    arrays.push((await kept['y']!.read()) as Float32Array);
    const found = await second.run({ ...more, y: kept['y']!, narrow: kept['narrow']! });
    results.push(Object.fromEntries(await Promise.all(Object.entries(found).map(async ([name, array]) => [name, await array.read()] as const))) as Record<string, Float32Array>);
    await Promise.all([first.dispose(), second.dispose()]);
  }
  expect(results[1]).toEqual(results[0]);
  expect(results[2]).toEqual(results[0]);
  const sorted = (list: ArrayLike<number>): number[] => Array.from(list).sort((a, b) => a - b);
  if (worthIt.length > 0) expect(arrays[1]).not.toEqual(arrays[0]);
  expect(sorted(arrays[1]!)).toEqual(sorted(arrays[0]!));
});

test('other devices have no arrangement of their own', async () => {
  expect(await sealable(graphOf(makers.images()), 'reference')).toEqual([]);
});
