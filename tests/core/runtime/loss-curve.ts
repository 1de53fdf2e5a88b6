import * as g from '#core/graph';
import { compileFunction, type CompileOptions, type DeviceId, type Feed } from '#core/runtime';

type Weights = Readonly<Record<string, g.Tensor>>;

/** A small network with every part that tells devices apart: products, convolutions, pooling, normalisation, dropout, an embedding. */
export interface Network {
  readonly weights: Readonly<Record<string, readonly number[]>>;
  readonly image: readonly number[];
  readonly logits: (w: Weights, x: g.Tensor, key: g.Tensor) => g.Tensor;
}

const linear = (x: g.Tensor, w: g.Tensor, b: g.Tensor): g.Tensor => g.add(g.matmul(x, g.transpose(w)), b);
const dropout = (x: g.Tensor, key: g.Tensor): g.Tensor => g.mul(x, g.mul(g.cast(g.bernoulli(key, 0.9, x.shape), 'float32'), 1 / 0.9));

export const mlp: Network = {
  weights: { w1: [32, 20], b1: [32], w2: [16, 32], b2: [16], w3: [3, 16], b3: [3] },
  image: [20],
  logits(w, x, key) {
    const first = dropout(g.relu(linear(x, w['w1']!, w['b1']!)), key);
    return linear(g.tanh(linear(first, w['w2']!, w['b2']!)), w['w3']!, w['b3']!);
  },
};

export const cnn: Network = {
  weights: { k1: [6, 2, 3, 3], s1: [6], b1: [6], k2: [8, 6, 3, 3], b2: [8], w: [3, 8], b: [3] },
  image: [2, 10, 10],
  logits(w, x, key) {
    const first = g.batchNorm(g.conv(x, w['k1']!, { padding: 1 }), g.add(w['s1']!, 1), w['b1']!).y;
    const pooled = g.maxPool(g.relu(first), 2);
    const second = g.relu(g.add(g.conv(pooled, w['k2']!, { padding: 1, stride: 2 }), g.reshape(w['b2']!, [8, 1, 1])));
    return linear(dropout(g.globalAveragePool(second), key), w['w']!, w['b']!);
  },
};

const BATCH = 24;

/** The loss after each of `steps` steps of momentum SGD from the same weights, on the same data, with the same masks. */
export async function lossCurve(network: Network, device: DeviceId, steps = 100, options: Partial<CompileOptions> = {}): Promise<number[]> {
  const names = Object.keys(network.weights);
  const specs = Object.fromEntries(names.map((name) => [name, g.spec(network.weights[name]!)]));
  const step = await compileFunction(
    ({ weights, velocity, x, labels, key }) => {
      const loss = (w: Weights): g.Tensor => g.neg(g.mean(g.sum(g.mul(g.oneHot(labels, 3), g.logSoftmax(network.logits(w, x, key))), 1)));
      const [value, slopes] = g.valueAndGrad(loss)(weights as never) as unknown as [g.Tensor, Weights];
      const moved = Object.fromEntries(names.map((name) => [name, g.add(g.mul(velocity[name]!, 0.9), slopes[name]!)]));
      const next = Object.fromEntries(names.map((name) => [name, g.sub(weights[name]!, g.mul(moved[name]!, 0.02))]));
      return { loss: value, weights: next, velocity: moved };
    },
    { weights: specs, velocity: specs, x: g.spec([BATCH, ...network.image]), labels: g.spec([BATCH], 'int32'), key: g.spec([2], 'int32') },
    { device, threads: 1, ...options },
  );
  const random = new g.Philox(0, 'curve');
  const start = (fill: (size: number) => Float32Array): Record<string, Feed> =>
    Object.fromEntries(names.map((name) => [name, fill(g.sizeOf(network.weights[name]!))]));
  let weights = start((size) => random.normals(size).map((v) => 0.3 * v));
  let velocity = start((size) => new Float32Array(size));
  const x = random.normals(BATCH * g.sizeOf(network.image));
  const labels = Int32Array.from({ length: BATCH }, (_, i) => i % 3);
  const losses: number[] = [];
  for (let i = 0; i < steps; i++) {
    const result = await step.call({ weights, velocity, x, labels, key: g.streamKey(7, 'dropout', i) });
    losses.push(Number((await result.loss.read())[0]));
    result.loss.dispose();
    for (const old of [...Object.values(weights), ...Object.values(velocity)]) if ('dispose' in old) old.dispose();
    [weights, velocity] = [result.weights as Record<string, Feed>, result.velocity as Record<string, Feed>];
  }
  await step.dispose();
  return losses;
}

/** Largest relative difference of two curves. */
export const curveError = (a: readonly number[], b: readonly number[]): number => Math.max(...a.map((value, i) => Math.abs(value - b[i]!) / Math.abs(b[i]!)));
