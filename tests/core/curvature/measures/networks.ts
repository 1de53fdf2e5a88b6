import { add, avgPool, batchNormInference, conv, logSoftmax, matmul, mul, neg, oneHot, Philox, relu, reshape, sizeOf, sum, type Tensor, transpose } from '#core/graph';
import type { CurvatureBatch, CurvatureParameter, MeasureProblem, ParameterKind } from '#core/curvature';
import { cnnForward, examplesOf, type Forward, mlpForward, weightsOf } from './plain';

type Tensors = Readonly<Record<string, Tensor>>;

function parameter(random: Philox, shape: readonly number[], kind: ParameterKind, scale: number): CurvatureParameter {
  return { shape, kind, data: Float64Array.from(random.normals(sizeOf(shape)), (v) => v * scale) };
}

function batchesOf(random: Philox, inputShape: readonly number[], examples: number, size: number, classes: number) {
  const width = sizeOf(inputShape);
  const x = random.normals(examples * width);
  const y = Int32Array.from(random.words(examples), (word) => word % classes);
  const batches: CurvatureBatch[] = [];
  for (let from = 0; from < examples; from += size) {
    const count = Math.min(size, examples - from);
    const batch = { x: new Float32Array(size * width), y: new Int32Array(size), mask: new Float32Array(size).fill(1, 0, count), count };
    batch.x.set(x.subarray(from * width, (from + count) * width));
    batch.y.set(y.subarray(from, from + count));
    batches.push(batch);
  }
  return { batches, exampleSpecs: { x: { shape: [size, ...inputShape], dtype: 'float32' }, y: { shape: [size], dtype: 'int32' } } } as const;
}

const crossEntropy = (classes: number) => (outputs: Tensor, y: Tensor): Tensor => neg(sum(mul(oneHot(y, classes), logSoftmax(outputs)), -1));

/** A ReLU network of dense layers whose labels it mostly gets right, with other weights as its beginning. */
export function mlp({ widths = [4, 8, 6, 3], examples = 40, batch = 16, seed = 0 } = {}): MeasureProblem {
  const random = new Philox(seed, 'test.measures');
  const parameters: Record<string, CurvatureParameter> = {};
  const first: Record<string, CurvatureParameter> = {};
  widths.slice(1).forEach((width, i) => {
    for (const into of [parameters, first]) {
      into[`layers.${i}.weight`] = parameter(random, [width, widths[i]!], 'weight', 1.2 / Math.sqrt(widths[i]!));
      into[`layers.${i}.bias`] = parameter(random, [width], 'bias', 0.2);
    }
  });
  const last = widths.length - 2;
  const classes = widths.at(-1)!;
  const problem: MeasureProblem = {
    parameters,
    buffers: {},
    ...batchesOf(random, [widths[0]!], examples, batch, classes),
    outputs(p: Tensors, _buffers: Tensors, x: Tensor) {
      let h = x;
      for (let i = 0; i <= last; i++) {
        h = add(matmul(h, transpose(p[`layers.${i}.weight`]!)), p[`layers.${i}.bias`]!);
        if (i < last) h = relu(h);
      }
      return h;
    },
    loss: crossEntropy(classes),
    likelihood: 'categorical',
    classes,
    initial: { parameters: first, buffers: {} },
  };
  return learnt(problem, mlpForward(widths.length - 1));
}

/** Convolution, BatchNorm in evaluation mode where asked for, pooling, a dense layer. */
export function cnn({ norm = true, examples = 12, batch = 8, seed = 1 } = {}): MeasureProblem {
  const random = new Philox(seed, 'test.measures.cnn');
  const make = () => ({
    'conv.weight': parameter(random, [5, 2, 3, 3], 'weight', 0.4),
    'conv.bias': parameter(random, [5], 'bias', 0.2),
    ...(norm && { 'norm.weight': { ...parameter(random, [5], 'norm', 0.3), data: Float64Array.from(random.normals(5), (v) => 1 + 0.3 * v) }, 'norm.bias': parameter(random, [5], 'norm', 0.3) }),
    'head.weight': parameter(random, [3, 5], 'weight', 0.8),
    'head.bias': parameter(random, [3], 'bias', 0.1),
  });
  const [parameters, first] = [make(), make()];
  const statistics = (mean: Float32Array, variance: Float32Array): MeasureProblem['buffers'] => (norm ? { 'norm.running_mean': { data: mean, shape: [5] }, 'norm.running_var': { data: variance, shape: [5] } } : {});
  const problem: MeasureProblem = {
    parameters,
    buffers: statistics(random.normals(5).map((v) => v / 3), random.normals(5).map((v) => 0.5 + v * v)),
    ...batchesOf(random, [2, 6, 6], examples, batch, 3),
    outputs(p: Tensors, b: Tensors, x: Tensor) {
      let h = add(conv(x, p['conv.weight']!, { stride: 2, padding: 1 }), reshape(p['conv.bias']!, [1, 5, 1, 1]));
      if (norm) h = batchNormInference(h, { mean: b['norm.running_mean']!, variance: b['norm.running_var']! }, p['norm.weight'], p['norm.bias']);
      h = avgPool(relu(h), 3);
      return add(matmul(reshape(h, [h.shape[0]!, 5]), transpose(p['head.weight']!)), p['head.bias']!);
    },
    loss: crossEntropy(3),
    likelihood: 'categorical',
    classes: 3,
    initial: { parameters: first, buffers: statistics(new Float32Array(5), new Float32Array(5).fill(1)) },
  };
  return learnt(problem, cnnForward(norm));
}

/** With weights in single precision, as a device takes them. */
export const narrow = (problem: MeasureProblem): MeasureProblem => {
  const single = (parameters: MeasureProblem['parameters']) => Object.fromEntries(Object.entries(parameters).map(([name, each]) => [name, { ...each, data: Float32Array.from(each.data) }]));
  return { ...problem, parameters: single(problem.parameters), ...(problem.initial && { initial: { ...problem.initial, parameters: single(problem.initial.parameters) } }) };
};

/** The same with labels that are the network's own answers for all but every twelfth example. */
function learnt(problem: MeasureProblem, forward: Forward): MeasureProblem {
  const [weights, buffers] = [weightsOf(problem.parameters), weightsOf(problem.buffers)];
  const answers = examplesOf(problem).map(({ x }) => {
    const logits = forward(weights, buffers, x);
    return logits.indexOf(Math.max(...logits));
  });
  let number = 0;
  for (const { y, count } of problem.batches) {
    for (let i = 0; i < count; i++, number++) if (number % 12 !== 11) (y as Int32Array)[i] = answers[number]!;
  }
  return problem;
}
