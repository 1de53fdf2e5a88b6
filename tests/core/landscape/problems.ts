import { add, avgPool, batchNormInference, conv, equal, argmax, cast, logSoftmax, matmul, mul, neg, oneHot, Philox, relu, reshape, square, sub, sum, type Tensor, transpose } from '#core/graph';
import type { LandscapeParameter, LandscapeProblem, ParameterKind, Plane, WeightsReference } from '#core/landscape';

const normals = (name: string, count: number, scale = 1): Float32Array => new Philox(7, name).normals(count).map((value) => value * scale);

export function parameter(name: string, shape: readonly number[], kind: ParameterKind, scale = 1 / Math.sqrt(shape.slice(1).reduce((a, b) => a * b, 1))): LandscapeParameter {
  return { data: normals(name, shape.reduce((a, b) => a * b, 1), scale), shape, kind };
}

/** Examples cut into equal batches, the last one padded. */
export function batches(inputShape: readonly number[], examples: number, size: number, classes: number): Pick<LandscapeProblem, 'batches' | 'exampleSpecs'> {
  const features = inputShape.reduce((a, b) => a * b, 1);
  const x = normals('x', examples * features);
  const labels = new Philox(7, 'labels').uniforms(examples).map((u) => Math.floor(u * classes));
  const list = Array.from({ length: Math.ceil(examples / size) }, (_, b) => {
    const count = Math.min(size, examples - b * size);
    const batch = { x: new Float32Array(size * features), y: new Int32Array(size), mask: new Float32Array(size), count };
    batch.x.set(x.subarray(b * size * features, (b * size + count) * features));
    batch.y.set(labels.subarray(b * size, b * size + count));
    batch.mask.fill(1, 0, count);
    return batch;
  });
  return { batches: list, exampleSpecs: { x: { shape: [size, ...inputShape], dtype: 'float32' }, y: { shape: [size], dtype: 'int32' } } };
}

function crossEntropy(logits: Tensor, y: Tensor, mask: Tensor): { loss: Tensor; accuracy: Tensor } {
  const classes = logits.shape[1]!;
  const losses = neg(sum(mul(oneHot(y, classes), logSoftmax(logits, 1)), 1));
  const right = cast(equal(cast(argmax(logits, 1), 'int32'), y), 'float32');
  return { loss: sum(mul(losses, mask)), accuracy: sum(mul(right, mask)) };
}

/** Weights of another run, as a recipe names them. */
export const reference = (name: string): WeightsReference => ({ run: name, name, checkpoint: 'last', fingerprint: name });

/** `relu` networks of dense layers, cross-entropy and accuracy. */
export function mlpProblem(widths: readonly number[] = [6, 16, 12, 3], examples = 50, batch = 16): LandscapeProblem {
  const parameters: Record<string, LandscapeParameter> = {};
  widths.slice(1).forEach((width, i) => {
    parameters[`layers.${i}.weight`] = parameter(`w${i}`, [width, widths[i]!], 'weight', Math.sqrt(2 / widths[i]!));
    parameters[`layers.${i}.bias`] = parameter(`b${i}`, [width], 'bias', 0.1);
  });
  return {
    parameters,
    buffers: {},
    ...batches([widths[0]!], examples, batch, widths.at(-1)!),
    evaluate(p, _buffers, { x, y, mask }) {
      let h = x;
      widths.slice(1).forEach((_, i) => {
        h = add(matmul(h, transpose(p[`layers.${i}.weight`]!)), p[`layers.${i}.bias`]!);
        if (i < widths.length - 2) h = relu(h);
      });
      return crossEntropy(h, y, mask);
    },
  };
}

/** Convolution, BatchNorm in evaluation mode, pooling, a dense layer. */
export function cnnProblem(): LandscapeProblem {
  return {
    parameters: {
      'conv.weight': parameter('c', [4, 2, 3, 3], 'weight'),
      'norm.weight': parameter('g', [4], 'norm', 1),
      'norm.bias': parameter('h', [4], 'norm', 0.1),
      'conv2.weight': parameter('c2', [5, 4, 3, 3], 'weight'),
      'head.weight': parameter('d', [3, 5], 'weight'),
      'head.bias': parameter('e', [3], 'bias', 0.1),
    },
    buffers: { 'norm.running_mean': { data: normals('m', 4, 0.2), shape: [4] }, 'norm.running_var': { data: normals('v', 4).map((value) => 0.5 + value * value), shape: [4] } },
    ...batches([2, 8, 8], 20, 8, 3),
    evaluate(p, b, { x, y, mask }) {
      const z = conv(x, p['conv.weight']!, { padding: 1 });
      const n = batchNormInference(z, { mean: b['norm.running_mean']!, variance: b['norm.running_var']! }, p['norm.weight']!, p['norm.bias']!);
      const h = relu(conv(relu(avgPool(n, 2)), p['conv2.weight']!));
      const pooled = reshape(avgPool(h, 2), [8, 5]);
      return crossEntropy(add(matmul(pooled, transpose(p['head.weight']!)), p['head.bias']!), y, mask);
    },
  };
}

/** `loss = 1/2 sum_i h_i w_i^2` for every example: the surface is an exact quadratic. */
export function quadraticProblem(weights: readonly number[], curvature: readonly number[]): LandscapeProblem {
  const n = weights.length;
  return {
    parameters: { w: { data: Float32Array.from(weights), shape: [n], kind: 'weight' } },
    buffers: {},
    batches: [{ x: Float32Array.from([...curvature, ...curvature]), y: new Int32Array(2), mask: Float32Array.of(1, 1), count: 2 }],
    exampleSpecs: { x: { shape: [2, n], dtype: 'float32' }, y: { shape: [2], dtype: 'int32' } },
    evaluate: (p, _b, { x, mask }) => ({ loss: sum(mul(mul(sum(mul(x, square(p['w']!)), 1), 0.5), mask)) }),
  };
}

/** `loss = |V U x - x|^2`, a deep linear network: both layers move, so the surface is a quartic. */
export function deepLinearProblem(): LandscapeProblem {
  return {
    parameters: { u: parameter('u', [4, 3], 'weight'), v: parameter('v2', [3, 4], 'weight') },
    buffers: {},
    ...batches([3], 10, 5, 2),
    evaluate: (p, _b, { x, mask }) => ({
      loss: sum(mul(sum(square(sub(matmul(matmul(x, transpose(p['u']!)), transpose(p['v']!)), x)), 1), mask)),
    }),
  };
}

/** The weights at plane coordinates, by hand. */
export function perturbed(problem: LandscapeProblem, plane: Pick<Plane, 'directions'>, a: number, b: number): Record<string, Float32Array> {
  const [first, second] = plane.directions;
  return Object.fromEntries(
    Object.entries(problem.parameters).map(([name, { data }]) => [
      name,
      data.map((value, i) => value + a * (first[name]?.[i] ?? 0) + b * (second?.[name]?.[i] ?? 0)),
    ]),
  );
}
