import * as ort from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import * as g from '#core/graph';
import { compile, exportOnnx } from '#core/runtime';
import { relativeError } from '../graph/oracle';

/** A network with most inference ops: convolutions, pooling, normalisations, a dense head and softmax. */
function network(batch: number): g.Graph & { weights: Record<string, Float32Array> } {
  const specs = {
    params: {
      'conv.weight': g.spec([8, 3, 3, 3]),
      'conv.bias': g.spec([8]),
      'norm.mean': g.spec([8]),
      'norm.variance': g.spec([8]),
      'group.weight': g.spec([8]),
      'head.weight': g.spec([5, 8 * 3 * 3]),
      'head.bias': g.spec([5]),
    },
    x: g.spec([batch, 3, 12, 12]),
  };
  const graph = g.trace(({ params: p, x }) => {
    const first = g.add(g.conv(x, p['conv.weight'], { padding: 1 }), g.reshape(p['conv.bias'], [-1, 1, 1]));
    const normal = g.batchNormInference(g.relu(first), { mean: p['norm.mean'], variance: g.exp(p['norm.variance']) });
    const pooled = g.maxPool(g.groupNorm(g.avgPool(normal, 2), 2, p['group.weight']), 2);
    const logits = g.add(g.matmul(g.reshape(pooled, [batch, -1]), g.transpose(p['head.weight'])), p['head.bias']);
    return { logits, probabilities: g.softmax(logits), choice: g.argmax(logits) };
  }, specs);
  const random = new g.Philox(5, 'weights');
  const weights = Object.fromEntries(Object.entries(specs.params).map(([name, { shape }]) => [`params.${name}`, random.normals(g.sizeOf(shape)).map((v) => v / 3)]));
  return { ...graph, weights };
}

const names = { 'params.conv.weight': 'conv.weight', 'params.head.weight': 'head.weight', x: 'images' };

describe('a model as an ONNX file', () => {
  test.each([18, 19, 20, 21])('gives the same results in plain onnxruntime for any batch (opset %i)', async (opset) => {
    const traced = network(2);
    const file = exportOnnx(traced, { opset, weights: traced.weights, names, openBatch: ['x'], name: 'small network' });
    const session = await ort.InferenceSession.create(file, { logSeverityLevel: 3 });
    expect(session.inputNames).toEqual(['images']);
    expect(session.outputNames).toEqual(['logits', 'probabilities', 'choice']);
    for (const batch of [1, 2, 7]) {
      const x = new g.Philox(6, 'images', batch).normals(batch * 3 * 144);
      const there = await session.run({ images: new ort.Tensor('float32', x, [batch, 3, 12, 12]) });
      const here = await compile(network(batch), { device: 'reference' });
      const results = await here.run({ ...traced.weights, x });
      expect(there['logits']!.dims).toEqual([batch, 5]);
      for (const name of ['logits', 'probabilities']) {
        expect(relativeError(there[name]!.data as Float32Array, (await results[name]!.read()) as Float64Array)).toBeLessThan(1e-5);
      }
      expect(there['choice']!.data).toEqual(await results['choice']!.read());
    }
  });

  test.each<[string, g.TensorSpec, (x: g.Tensor) => g.Tensor]>([
    ['resize', g.spec([3, 2, 5, 4]), (x) => g.resize(g.resize(x, [7, 6]), [14, 12], { mode: 'nearest' })],
    ['adaptive pools', g.spec([3, 2, 7, 5]), (x) => g.concat([g.adaptiveAvgPool(x, 3), g.adaptiveMaxPool(x, 3)], 1)],
    ['pooling in ceil mode', g.spec([3, 2, 7, 5]), (x) => g.avgPool(g.maxPool(x, 3, { stride: 2, padding: 1, ceilMode: true }), 2, { ceilMode: true })],
    ['a transposed convolution', g.spec([3, 2, 5, 4]), (x) => g.convTranspose(x, g.constant(new g.Philox(1).normals(36), [2, 2, 3, 3]), { stride: 2, padding: 1, outputPadding: 1 })],
    ['attention', g.spec([3, 5, 4]), (x) => g.attention(x, x, x, { causal: true })],
    ['sorting', g.spec([3, 6]), (x) => g.concat([g.sort(x), g.topK(x, 2).values], 1)],
    ['an embedding', g.spec([3, 4], 'int32'), (ids) => g.mean(g.embedding(g.constant(new g.Philox(2).normals(20), [10, 2]), ids), 1)],
    ['running sums and products', g.spec([3, 6]), (x) => g.cumprod(g.cumsum(x, 1), 1, { reverse: true })],
  ])('leaves the batch open through %s', async (_, { shape, dtype }, f) => {
    const model = g.trace(({ x }) => f(x), { x: g.spec(shape, dtype) });
    const session = await ort.InferenceSession.create(exportOnnx(model, { openBatch: ['x'] }), { logSeverityLevel: 3 });
    for (const batch of [1, 5]) {
      const dims = [batch, ...shape.slice(1)];
      const numbers = new g.Philox(batch, 'x').normals(g.sizeOf(dims));
      const feed = dtype === 'int32' ? Int32Array.from(numbers, (v) => Math.min(9, Math.floor(4 * Math.abs(v)))) : numbers;
      const there = await session.run({ x: new ort.Tensor(dtype as 'float32', feed as Float32Array, dims) });
      const here = await compile(g.trace(({ x }) => f(x), { x: g.spec(dims, dtype) }), { device: 'reference' });
      const result = (await here.run({ x: feed }))['output']!;
      expect(there['output']!.dims).toEqual(result.shape);
      expect(relativeError(there['output']!.data as Float32Array, (await result.read()) as Float64Array)).toBeLessThan(1e-5);
    }
  });

  test('uses only operators of the standard', () => {
    const traced = network(2);
    const file = Buffer.from(exportOnnx(traced, { weights: traced.weights }));
    expect(file.includes('com.microsoft')).toBe(false);
  });

  test('without an open batch the shapes are fixed', async () => {
    const traced = network(3);
    const session = await ort.InferenceSession.create(exportOnnx(traced, { weights: traced.weights }), { logSeverityLevel: 3 });
    await expect(session.run({ x: new ort.Tensor('float32', new Float32Array(432), [1, 3, 12, 12]) })).rejects.toThrow(/invalid dimensions/i);
  });

  test('refuses what it cannot promise', () => {
    const moments = g.trace(({ x }) => g.batchNorm(x).y, { x: g.spec([4, 3, 5]) });
    expect(() => exportOnnx(moments, { openBatch: ['x'] })).toThrow(/normalize.*mixes the examples of a batch/);
    expect(() => exportOnnx(moments, { opset: 12 })).toThrow(/operator set 12 is not supported/);
    expect(() => exportOnnx(moments, { weights: { w: new Float32Array(1) } })).toThrow('the graph has no input w');
    expect(() => exportOnnx(moments, { weights: { x: new Float32Array(1) } })).toThrow('x has shape [4,3,5], got 1 values');
  });
});
