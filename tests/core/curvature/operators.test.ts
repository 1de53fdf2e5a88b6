import { describe, expect, it } from 'vitest';
import {
  type CurvatureProblem, gradientCovariance, inputHessian, type LinearOperator, makeOperator, materialize, meanGradient, operatorNames, spectralDensity, symmetricEigen, tangentKernel,
  traceAlgorithms, networkOperator,
} from '#core/curvature';
import { spec, type Tensor } from '#core/graph';
import { compileFunction } from '#core/runtime';
import { problem } from './problems';

const reference = { device: 'reference' } as const;
const matrixOf = async (operator: LinearOperator): Promise<Float64Array> => {
  const matrix = await materialize(operator);
  await operator.dispose();
  return matrix;
};
const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number => Array.from(a, (value, i) => Math.abs(value - b[i]!)).reduce((m, d) => Math.max(m, d), 0);

/** The problem with its i-th example alone (problems of one batch). */
function exampleOf(p: CurvatureProblem, i: number): CurvatureProblem {
  const { x, y } = p.exampleSpecs;
  const [batch] = p.batches;
  const part = (data: { slice(from: number, to: number): unknown; length: number }, n: number): never => data.slice((i * data.length) / n, ((i + 1) * data.length) / n) as never;
  const n = x.shape[0]!;
  return {
    ...p,
    exampleSpecs: { x: { ...x, shape: [1, ...x.shape.slice(1)] }, y: { ...y, shape: [1, ...y.shape.slice(1)] } },
    batches: [{ x: part(batch!.x, n), y: part(batch!.y, n), mask: Float32Array.of(1), count: 1 }],
  };
}

describe('operators with known matrices', () => {
  it('a deep linear network has the closed form J J\' + e d2f', async () => {
    const p = problem({ widths: [1, 1, 1], examples: 5, task: 'regression', nonlinear: false });
    const [w1, b1, w2, b2] = Object.values(p.parameters).map(({ data }) => data[0]!) as [number, number, number, number];
    const expected = new Float64Array(16);
    const [batch] = p.batches;
    for (let i = 0; i < 5; i++) {
      const x = Number(batch!.x[i]);
      const h = w1 * x + b1;
      const e = w2 * h + b2 - Number(batch!.y[i]);
      const slope = [w2 * x, w2, h, 1];
      // Order: w1, b1, w2, b2; f = w2 (w1 x + b1) + b2.
      const bend = [[0, 0, x, 0], [0, 0, 1, 0], [x, 1, 0, 0], [0, 0, 0, 0]];
      for (let r = 0; r < 4; r++) for (let c = 0; c < 4; c++) expected[r * 4 + c]! += (slope[r]! * slope[c]! + e * bend[r]![c]!) / 5;
    }
    expect(largestDifference(await matrixOf(networkOperator(p, 'hessian', reference)), expected)).toBeLessThan(1e-12);
  });

  it('empirical Fisher and gradient covariance are those of the examples\' own gradients', async () => {
    const p = problem({ widths: [3, 4, 2], examples: 6, task: 'classification' });
    const gradients = await Promise.all(Array.from({ length: 6 }, (_, i) => meanGradient(exampleOf(p, i), reference)));
    const mean = await meanGradient(p, reference);
    await expect(meanGradient(p, { ...reference, signal: AbortSignal.abort(new Error('stopped')) })).rejects.toThrow('stopped');
    const n = mean.length;
    const second = Float64Array.from({ length: n * n }, (_, at) => gradients.reduce((sum, g) => sum + g[Math.floor(at / n)]! * g[at % n]!, 0) / 6);
    expect(largestDifference(await matrixOf(networkOperator(p, 'empirical-fisher', reference)), second)).toBeLessThan(1e-12);
    const covariance = second.map((value, at) => value - mean[Math.floor(at / n)]! * mean[at % n]!);
    expect(largestDifference(await matrixOf(await gradientCovariance(p, reference)), covariance)).toBeLessThan(1e-12);
  });

  it('the tangent kernel is J J\' of the explicit Jacobian, in several batches too', async () => {
    const p = problem({ widths: [3, 4, 2], examples: 5, batch: 2, task: 'regression' });
    const whole = problem({ widths: [3, 4, 2], examples: 5, task: 'regression' });
    const f = await compileFunction(
      ({ w, x }: { w: Record<string, Tensor>; x: Tensor }) => whole.outputs(w, {}, x),
      { w: Object.fromEntries(Object.entries(whole.parameters).map(([name, { shape }]) => [name, spec(shape)])), x: spec([5, 3]) },
      reference,
    );
    const flat = Object.values(whole.parameters).flatMap(({ data }) => [...data]);
    const outputs = async (at: number[]): Promise<Float64Array> => {
      let from = 0;
      const w = Object.fromEntries(Object.entries(whole.parameters).map(([name, { data }]) => [name, Float64Array.from(at.slice(from, (from += data.length)))]));
      return (await (await f.call({ w, x: whole.batches[0]!.x })).read()) as Float64Array;
    };
    const h = 1e-5;
    const columns = await Promise.all(flat.map(async (_, j) => {
      const [up, down] = [await outputs(flat.map((v, i) => v + (i === j ? h : 0))), await outputs(flat.map((v, i) => v - (i === j ? h : 0)))];
      return up.map((value, i) => (value - down[i]!) / (2 * h));
    }));
    const expected = Float64Array.from({ length: 100 }, (_, at) => columns.reduce((sum, column) => sum + column[Math.floor(at / 10)]! * column[at % 10]!, 0));
    expect(largestDifference(await matrixOf(await tangentKernel(p, reference)), expected)).toBeLessThan(1e-7);
  });

  it('the input Hessian of softmax regression is W\' (diag p - p p\') W, an example a block', async () => {
    const p = problem({ widths: [3, 4], examples: 3, batch: 2, task: 'classification' });
    const [weight, bias] = [p.parameters['layers.0.weight']!.data, p.parameters['layers.0.bias']!.data];
    const x = p.batches.flatMap((batch) => [...(batch.x as Float32Array)].slice(0, 3 * batch.count));
    const expected = new Float64Array(81);
    for (let e = 0; e < 3; e++) {
      const logits = [0, 1, 2, 3].map((c) => [0, 1, 2].reduce((sum, k) => sum + weight[c * 3 + k]! * x[e * 3 + k]!, bias[c]!));
      const whole = logits.reduce((sum, v) => sum + Math.exp(v), 0);
      const q = logits.map((v) => Math.exp(v) / whole);
      for (let k = 0; k < 3; k++)
        for (let l = 0; l < 3; l++)
          for (let c = 0; c < 4; c++) for (let d = 0; d < 4; d++) expected[(e * 3 + k) * 9 + e * 3 + l]! += weight[c * 3 + k]! * ((c === d ? q[c]! : 0) - q[c]! * q[d]!) * weight[d * 3 + l]!;
    }
    expect(largestDifference(await matrixOf(await inputHessian(p, reference)), expected)).toBeLessThan(1e-12);
  });

  it('every operator on ONNX Runtime is that of float64', async () => {
    const p = problem({ widths: [3, 4, 2], examples: 5, batch: 3, task: 'classification' });
    for (const name of operatorNames) {
      const judge = await matrixOf(await makeOperator(p, name, reference));
      expect(largestDifference(await matrixOf(await makeOperator(p, name, { device: 'cpu', threads: 1 })), judge)).toBeLessThan(1e-5);
    }
  });

  it('trace and density of a network\'s Hessian hold those of its eigenvalues', async () => {
    const operator = networkOperator(problem({ widths: [5, 8, 4], examples: 30, task: 'classification' }), 'hessian', { device: 'cpu', threads: 1 });
    const n = operator.dimension;
    const { values } = symmetricEigen(await materialize(operator), n);
    const actual = values.reduce((sum, value) => sum + value, 0);
    const { interval } = await traceAlgorithms.xtrace(operator, { products: 40 });
    expect(actual).toBeGreaterThanOrEqual(interval[0] - 1e-5);
    expect(actual).toBeLessThanOrEqual(interval[1] + 1e-5);
    // Places near one eigenvalue miss together, so that one seed tells little.
    let inside = 0;
    for (let seed = 0; seed < 6; seed++) {
      const { grid, lower, upper, sigma, largest } = await spectralDensity(operator, { probes: 16, steps: 40, width: 0.03, seed, points: 101 });
      expect(Math.abs(largest / values[n - 1]! - 1)).toBeLessThan(1e-4);
      const truth = (x: number): number => values.reduce((sum, value) => sum + Math.exp(-0.5 * ((x - value) / sigma) ** 2), 0) / (n * sigma * Math.sqrt(2 * Math.PI));
      inside += Array.from(grid, (x, i) => truth(x) >= lower[i]! - 1e-4 && truth(x) <= upper[i]! + 1e-4).filter(Boolean).length / grid.length / 6;
    }
    expect(inside).toBeGreaterThanOrEqual(0.85);
    await operator.dispose();
  });
});
