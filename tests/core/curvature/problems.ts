import { add, batchNormInference, conv, logSoftmax, matmul, mean, mul, neg, oneHot, Philox, relu, sizeOf, square, sub, sum, tanh, type Tensor, transpose } from '#core/graph';
import type { CurvatureBatch, CurvatureParameter, CurvatureProblem } from '#core/curvature';

type Tensors = Readonly<Record<string, Tensor>>;

export const linear = (p: Tensors, name: string, x: Tensor): Tensor => add(matmul(x, transpose(p[`${name}.weight`]!)), p[`${name}.bias`]!);

/** A classifier or regressor on random data, cut into batches with a padded last one. */
export function problem(options: {
  readonly widths: readonly number[];
  readonly examples: number;
  readonly batch?: number;
  readonly task: 'classification' | 'regression';
  readonly nonlinear?: boolean;
  readonly seed?: number;
}): CurvatureProblem {
  const { widths, examples, batch = examples, task, nonlinear = true, seed = 0 } = options;
  const [inputs, outputs] = [widths[0]!, widths.at(-1)!];
  const random = new Philox(seed, 'test.curvature');
  const parameters: Record<string, CurvatureParameter> = {};
  widths.slice(1).forEach((width, i) => {
    const shape = [width, widths[i]!];
    parameters[`layers.${i}.weight`] = { shape, kind: 'weight', data: random.normals(sizeOf(shape)).map((v) => v / Math.sqrt(widths[i]!)) };
    parameters[`layers.${i}.bias`] = { shape: [width], kind: 'bias', data: random.normals(width).map((v) => v / 4) };
  });
  const x = random.normals(examples * inputs);
  const y = task === 'classification' ? Int32Array.from(random.words(examples), (word) => word % outputs) : random.normals(examples * outputs);
  const perExample = y.length / examples;
  const batches: CurvatureBatch[] = [];
  for (let from = 0; from < examples; from += batch) {
    const count = Math.min(batch, examples - from);
    const bx = new Float32Array(batch * inputs);
    bx.set(x.subarray(from * inputs, (from + count) * inputs));
    const by = task === 'classification' ? new Int32Array(batch) : new Float32Array(batch * perExample);
    by.set(y.subarray(from * perExample, (from + count) * perExample));
    batches.push({ x: bx, y: by, mask: Float32Array.from({ length: batch }, (_, i) => Number(i < count)), count });
  }
  const last = widths.length - 2;
  return {
    parameters,
    buffers: {},
    exampleSpecs: {
      x: { shape: [batch, inputs], dtype: 'float32' },
      y: task === 'classification' ? { shape: [batch], dtype: 'int32' } : { shape: [batch, outputs], dtype: 'float32' },
    },
    batches,
    outputs(p, _buffers, input) {
      let h = input;
      for (let i = 0; i < last; i++) h = nonlinear ? tanh(linear(p, `layers.${i}`, h)) : linear(p, `layers.${i}`, h);
      return linear(p, `layers.${last}`, h);
    },
    loss: (o, target) => (task === 'classification' ? neg(sum(mul(oneHot(target, outputs), logSoftmax(o)), -1)) : mul(mean(square(sub(o, target)), -1), outputs / 2)),
    likelihood: task === 'classification' ? 'categorical' : 'gaussian',
  };
}

/** A residual network of images `[batch, 3, 8, 8]`, each convolution normalised with given statistics, of `channels` channels. */
export function residualProblem(channels: number, examples: number, batch: number, seed = 0): CurvatureProblem {
  const random = new Philox(seed, 'test.curvature.residual');
  const layers = { stem: [channels, 3, 3, 3], first: [channels, channels, 3, 3], second: [channels, channels, 3, 3] };
  const parameters: Record<string, CurvatureParameter> = { 'fc.weight': { shape: [4, channels], kind: 'weight', data: random.normals(4 * channels) } };
  const buffers: Record<string, { data: Float32Array; shape: readonly number[] }> = {};
  for (const [name, shape] of Object.entries(layers)) {
    const spread = Math.sqrt(2 / sizeOf(shape.slice(1)));
    parameters[`${name}.weight`] = { shape, kind: 'weight', data: random.normals(sizeOf(shape)).map((v) => spread * v) };
    parameters[`${name}.gamma`] = { shape: [channels], kind: 'norm', data: random.normals(channels).map((v) => 1 + v / 4) };
    parameters[`${name}.beta`] = { shape: [channels], kind: 'norm', data: random.normals(channels).map((v) => v / 4) };
    buffers[`${name}.mean`] = { shape: [channels], data: random.normals(channels).map((v) => v / 4) };
    buffers[`${name}.variance`] = { shape: [channels], data: random.normals(channels).map((v) => 0.5 + v * v) };
  }
  const cut = Array.from({ length: Math.ceil(examples / batch) }, (_, i): CurvatureBatch => {
    const count = Math.min(batch, examples - i * batch);
    return { x: random.normals(batch * 192), y: Int32Array.from(random.words(batch), (word) => word % 4), mask: Float32Array.from({ length: batch }, (__, k) => Number(k < count)), count };
  });
  return {
    parameters,
    buffers,
    exampleSpecs: { x: { shape: [batch, 3, 8, 8], dtype: 'float32' }, y: { shape: [batch], dtype: 'int32' } },
    batches: cut,
    outputs(p, b, x) {
      const layer = (name: string, images: Tensor): Tensor =>
        batchNormInference(conv(images, p[`${name}.weight`]!, { padding: 1 }), { mean: b[`${name}.mean`]!, variance: b[`${name}.variance`]! }, p[`${name}.gamma`]!, p[`${name}.beta`]!);
      const stem = relu(layer('stem', x));
      const sum = relu(add(layer('second', relu(layer('first', stem))), stem));
      return matmul(mean(sum, [2, 3]), transpose(p['fc.weight']!));
    },
    loss: (o, target) => neg(sum(mul(oneHot(target, 4), logSoftmax(o)), -1)),
    likelihood: 'categorical',
  };
}
