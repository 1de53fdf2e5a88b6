import { add, matmul, mul, Philox, square, sub, sum, transpose, relu, logSoftmax, neg, oneHot, type Tensor } from '#core/graph';
import type { LandscapeProblem, PathTrainer, WeightPath, Weights } from '#core/landscape';

/**
 * `L(u, v) = (u^2 + v^2 - 1)^2`, the same for every example: a circular valley of radius 1 with a hill in its middle. Two minima on the circle
 * are joined by an arc of zero loss, and by a straight line across the hill.
 */
export const circularValley = (at: readonly [number, number] = [1, 0]): LandscapeProblem => ({
  parameters: { w: { data: Float32Array.from(at), shape: [2], kind: 'weight' } },
  buffers: {},
  batches: [{ x: new Float32Array(4), y: new Int32Array(4), mask: new Float32Array(4).fill(1), count: 4 }],
  exampleSpecs: { x: { shape: [4, 1], dtype: 'float32' }, y: { shape: [4], dtype: 'int32' } },
  evaluate: (p, _b, { mask }) => ({ loss: mul(square(sub(sum(square(p['w']!)), 1)), sum(mask)) }),
});

export const valleyLoss = (w: ArrayLike<number>): number => (w[0]! ** 2 + w[1]! ** 2 - 1) ** 2;

export const onCircle = (degrees: number): Weights => ({ w: Float32Array.of(Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)) });

/** A dense network with one hidden layer on two rings of points, in batches of a size; its weights are drawn with the seed. */
export function ringsProblem(seed: number, size = 16): LandscapeProblem {
  const [count, hidden] = [96, 16];
  const angles = new Philox(1, 'angles').uniforms(count);
  const noise = new Philox(1, 'noise').normals(2 * count);
  const x = new Float32Array(2 * count);
  const y = Int32Array.from({ length: count }, (_, i) => i % 2);
  angles.forEach((u, i) => {
    const radius = y[i] === 0 ? 0.6 : 1.6;
    x.set([radius * Math.cos(2 * Math.PI * u) + 0.15 * noise[2 * i]!, radius * Math.sin(2 * Math.PI * u) + 0.15 * noise[2 * i + 1]!], 2 * i);
  });
  const draw = (name: string, length: number, scale: number): Float32Array => new Philox(seed, name).normals(length).map((value) => value * scale);
  return {
    parameters: {
      'a.weight': { data: draw('a', 2 * hidden, 1), shape: [hidden, 2], kind: 'weight' },
      'a.bias': { data: draw('b', hidden, 0.1), shape: [hidden], kind: 'bias' },
      'c.weight': { data: draw('c', 2 * hidden, Math.sqrt(2 / hidden)), shape: [2, hidden], kind: 'weight' },
      'c.bias': { data: new Float32Array(2), shape: [2], kind: 'bias' },
    },
    buffers: {},
    batches: Array.from({ length: count / size }, (_, at) => ({
      x: x.slice(at * size * 2, (at + 1) * size * 2), y: y.slice(at * size, (at + 1) * size), mask: new Float32Array(size).fill(1), count: size,
    })),
    exampleSpecs: { x: { shape: [size, 2], dtype: 'float32' }, y: { shape: [size], dtype: 'int32' } },
    evaluate(p, _b, batch) {
      const h: Tensor = relu(add(matmul(batch.x, transpose(p['a.weight']!)), p['a.bias']!));
      const logits = add(matmul(h, transpose(p['c.weight']!)), p['c.bias']!);
      return { loss: sum(mul(neg(sum(mul(oneHot(batch.y, 2), logSoftmax(logits, 1)), 1)), batch.mask)) };
    },
  };
}

/** The path after all steps of its training. */
export async function trained(trainer: PathTrainer): Promise<WeightPath> {
  try {
    while (trainer.step < trainer.steps) await trainer.advance();
    return await trainer.path();
  } finally {
    await trainer.dispose();
  }
}
