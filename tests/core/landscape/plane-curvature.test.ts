import { describe, expect, it } from 'vitest';
import { materialize, networkOperator, symmetricEigen, type CurvatureProblem } from '#core/curvature';
import { logSoftmax, matmul, mul, neg, oneHot, relu, sum, add, transpose } from '#core/graph';
import { estimateSurface, makePlane, type LandscapeProblem, notConverged, type PlaneRecipe, surfaceCurvatureSchema } from '#core/landscape';
import { PlaneCurvature } from '../../../core/landscape/plane-curvature';
import { mlpProblem, perturbed, quadraticProblem } from './problems';
import { sampleSurface } from './sample';

const random: PlaneRecipe = { kind: 'random', seed: 2, normalization: 'filter', include: 'all', orthogonal: false };
const all = ['gradient-norm', 'top-eigenvalue', 'trace'] as const;
const memory = 2 ** 29;
const coordinates = Float64Array.of(0, 0, 0.5, -0.25, -1, 1);

async function at(problem: LandscapeProblem, device: 'reference' | 'cpu', settings: Record<string, number> = {}) {
  const plane = makePlane(problem, random);
  const evaluator = PlaneCurvature.create(problem, plane, all, surfaceCurvatureSchema.parse(settings), { device, memory });
  const values = await evaluator.evaluate(coordinates);
  await evaluator.dispose();
  return { plane, values };
}

/** The MLP of `problems.ts` as a curvature problem at other weights. */
function sameNetwork(problem: LandscapeProblem, weights: Record<string, Float32Array>, layers: number): CurvatureProblem {
  return {
    parameters: Object.fromEntries(Object.entries(problem.parameters).map(([name, parameter]) => [name, { ...parameter, data: weights[name]! }])),
    buffers: {},
    exampleSpecs: problem.exampleSpecs,
    batches: problem.batches,
    outputs: (p, _b, x) => {
      let h = x;
      for (let i = 0; i < layers; i++) {
        h = add(matmul(h, transpose(p[`layers.${i}.weight`]!)), p[`layers.${i}.bias`]!);
        if (i < layers - 1) h = relu(h);
      }
      return h;
    },
    loss: (outputs, y) => neg(sum(mul(oneHot(y, outputs.shape[1]!), logSoftmax(outputs, 1)), 1)),
  };
}

describe('curvature at the points of a surface', () => {
  it.each(['reference', 'cpu'] as const)('a quadratic has one Hessian everywhere, and the gradient A x (%s)', async (device) => {
    const curvature = [4, 1, 0.5, 2.5, 3];
    const problem = quadraticProblem([1, -2, 3, 0.5, 1.5], curvature);
    const { plane, values } = await at(problem, device);
    for (let p = 0; p < 3; p++) {
      const { w } = perturbed(problem, plane, coordinates[2 * p]!, coordinates[2 * p + 1]!);
      expect(values['gradient-norm']![p]! / Math.hypot(...curvature.map((h, i) => h * w![i]!))).toBeCloseTo(1, 5);
      expect(values['top-eigenvalue']![p]).toBeCloseTo(4, 4);
      expect(values['top-eigenvalue/residual']![p]).toBeLessThan(0.01);
      expect(values['trace']![p]).toBeCloseTo(11, 4);
      expect(values['trace/interval']![p]).toBe(0);
    }
  });

  it.each(['reference', 'cpu'] as const)('a small network: against its full float64 Hessian at every point (%s)', async (device) => {
    const problem = mlpProblem([3, 5, 3], 20, 8);
    const { plane, values } = await at(problem, device, { tolerance: 1e-3, products: 30 });
    for (let p = 0; p < 3; p++) {
      const operator = networkOperator(sameNetwork(problem, perturbed(problem, plane, coordinates[2 * p]!, coordinates[2 * p + 1]!), 2), 'hessian', { device: 'reference' });
      const n = operator.dimension;
      const matrix = await materialize(operator);
      await operator.dispose();
      const top = symmetricEigen(matrix, n).values[n - 1]!;
      const trace = Array.from({ length: n }, (_, i) => matrix[i * n + i]!).reduce((a, b) => a + b, 0);
      expect(Math.abs(values['top-eigenvalue']![p]! / top - 1)).toBeLessThan(2e-3);
      expect(n).toBeGreaterThan(30);
      const half = values['trace/interval']![p]!;
      expect(half).toBeGreaterThan(0);
      expect(Math.abs(values['trace']![p]! - trace)).toBeLessThan(2 * half);
    }
  });

  it('what did not converge is counted, with its residual', async () => {
    const { values } = await at(mlpProblem([6, 16, 3], 20, 8), 'cpu', { tolerance: 1e-5, maxIterations: 3 });
    const surface = sampleSurface();
    const recipe = { ...surface.recipe, curvature: surfaceCurvatureSchema.parse({ tolerance: 1e-5, maxIterations: 3 }) };
    const { count, indices, worst } = notConverged({ values, recipe });
    expect(count).toBe(3);
    expect(indices).toEqual([0, 1, 2]);
    expect(worst).toBe(Math.max(...values['top-eigenvalue/residual']!));
    expect(notConverged({ values, recipe: { ...recipe, curvature: { ...recipe.curvature, tolerance: 1 } } }).count).toBe(0);
  });

  it('a hole of the loss is a hole of its curvature, and of no other point', async () => {
    const problem = mlpProblem([3, 5, 3], 20, 8);
    const plane = makePlane(problem, random);
    const evaluator = PlaneCurvature.create(problem, plane, all, surfaceCurvatureSchema.parse({}), { device: 'cpu', memory });
    const values = await evaluator.evaluate(Float64Array.of(1e30, 0, 0.5, -0.25));
    await evaluator.dispose();
    for (const name of ['gradient-norm', 'top-eigenvalue', 'trace']) {
      expect(values[name]![0]).toBe(Infinity);
      expect(Number.isFinite(values[name]![1])).toBe(true);
    }
  });

  it('the estimate includes it', async () => {
    const problem = mlpProblem([3, 5, 3], 20, 8);
    const plane = makePlane(problem, random);
    const grid = { x: { from: -1, to: 1, count: 9 }, y: { from: -1, to: 1, count: 9 } };
    const plain = await estimateSurface(problem, plane, grid, { device: 'cpu' });
    const whole = await estimateSurface(problem, plane, grid, { device: 'cpu', curvature: { quantities: all, settings: surfaceCurvatureSchema.parse({}) } });
    expect(whole.seconds).toBeGreaterThan(plain.seconds);
    expect(whole.memoryBytes).toBeGreaterThan(plain.memoryBytes);
  });
});
