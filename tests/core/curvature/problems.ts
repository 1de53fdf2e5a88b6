import { add, logSoftmax, matmul, mean, mul, neg, oneHot, Philox, sizeOf, square, sub, sum, tanh, type Tensor, transpose } from '#core/graph';
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
