import { mul, matmul, Philox, reshape, square, sub, sum } from '#core/graph';
import { type MeasureProblem, symmetricEigen } from '#core/curvature';

/** Least squares: the loss is a quadratic with the Hessian `X'X / N`. At some weights, and at its minimum. */
export function quadratic({ n = 6, examples = 20 } = {}) {
  const random = new Philox(5, 'test.measures.quadratic');
  const x = random.normals(examples * n);
  const w = Array.from(random.normals(n), (v) => 0.5 + 0.3 * v);
  const best = Array.from(random.normals(n));
  const row = (i: number): number[] => Array.from(x.subarray(i * n, (i + 1) * n));
  // The targets lie on the plane of the best weights: the minimum is zero.
  const y = Float64Array.from({ length: examples }, (_, i) => row(i).reduce((total, v, j) => total + v * best[j]!, 0));
  const H = Array.from({ length: n }, (_, a) => Array.from({ length: n }, (__, b) => Array.from({ length: examples }, (___, i) => (x[i * n + a]! * x[i * n + b]!) / examples).reduce((p, q) => p + q, 0)));
  const gradient = H.map((line) => line.reduce((total, v, j) => total + v * (w[j]! - best[j]!), 0));
  const at = (weights: readonly number[]): MeasureProblem & { gradient: number[] } => ({
    parameters: { 'layers.0.weight': { shape: [1, n], kind: 'weight', data: Float64Array.from(weights) } },
    buffers: {},
    exampleSpecs: { x: { shape: [examples, n], dtype: 'float32' }, y: { shape: [examples, 1], dtype: 'float32' } },
    batches: [{ x: Float64Array.from(x), y, mask: new Float32Array(examples).fill(1), count: examples }],
    outputs: (p, _buffers, input) => matmul(input, reshape(p['layers.0.weight']!, [n, 1])),
    loss: (o, target) => mul(sum(square(sub(o, target)), -1), 0.5),
    likelihood: 'gaussian',
    gradient,
  });
  return { problem: at(w), minimum: at(best), H, w, gradient, eigenvalues: Array.from(symmetricEigen(Float64Array.from(H.flat()), n).values) };
}
