import { describe, expect, it } from 'vitest';
import { innerProduct, makePlane, steepestAscent, WeightEvaluator, type PlaneRecipe } from '#core/landscape';
import { mlpProblem, perturbed, quadraticProblem } from './problems';

/** The highest value of `1/2 sum h_i (w_i + d_i)^2` with `|d| = radius`: `d_i = g_i / (mu - h_i)`, with `mu > max h` found by bisection. */
function highest(w: readonly number[], h: readonly number[], radius: number): number {
  const step = (mu: number): number[] => w.map((value, i) => (h[i]! * value) / (mu - h[i]!));
  let [low, high] = [Math.max(...h), Math.max(...h) + 1e6];
  for (let k = 0; k < 200; k++) {
    const middle = (low + high) / 2;
    if (Math.hypot(...step(middle)) > radius) low = middle;
    else high = middle;
  }
  return step(high).reduce((sum, d, i) => sum + (h[i]! * (w[i]! + d) ** 2) / 2, 0);
}

const options = { device: 'reference', include: 'all', seed: 0, steps: 60 } as const;

describe('steepest ascent in a ball', () => {
  it.each([0.05, 0.5, 3])('of a quadratic ends where its highest value is (radius %d)', async (radius) => {
    const [w, h] = [[0.3, -0.2, 0.5, 0.1], [4, 1, 0.5, 2]];
    const { direction, distance, loss } = await steepestAscent(quadraticProblem(w, h), { ...options, radius });
    expect(loss / highest(w, h, radius)).toBeCloseTo(1, 3);
    expect(distance).toBeCloseTo(radius, 5);
    expect(innerProduct(direction, direction)).toBeCloseTo(1, 5);
  });

  it('begins anywhere at a minimum, and still finds the sharpest direction', async () => {
    const { direction, loss } = await steepestAscent(quadraticProblem([0, 0, 0], [1, 5, 2]), { ...options, radius: 0.2 });
    expect(loss).toBeCloseTo((5 * 0.2 ** 2) / 2, 4);
    expect(Math.abs(direction['w']![1]!)).toBeGreaterThan(0.99);
  });

  it('is higher than one step along the gradient, stays in the ball, and makes a plane that holds its end', async () => {
    const problem = mlpProblem();
    const [radius, evaluator] = [0.5, await WeightEvaluator.create(problem, { device: 'reference' })];
    const one = await steepestAscent(problem, { ...options, radius, steps: 2 });
    const { direction, distance, loss } = await steepestAscent(problem, { ...options, radius });
    expect(loss).toBeGreaterThanOrEqual(one.loss);
    expect(distance).toBeLessThanOrEqual(radius * (1 + 1e-6));
    const recipe: PlaneRecipe = { kind: 'ascent', seed: 0, normalization: 'none', include: 'all', radius, steps: 60 };
    const plane = makePlane(problem, recipe, { given: { directions: [direction], ascent: { distance, loss } } });
    const [x, y] = plane.directions;
    expect(innerProduct(x, y!)).toBeCloseTo(0, 5);
    expect(innerProduct(y!, y!)).toBeCloseTo(1, 5);
    const [anchor] = plane.anchors!;
    expect((await evaluator.evaluate(perturbed(problem, plane, anchor!.x, anchor!.y)))['loss']).toBeCloseTo(loss, 5);
    await evaluator.dispose();
  });

  it('is refused where nothing near is higher', async () => {
    await expect(steepestAscent(quadraticProblem([0, 0], [-1, -2]), { ...options, radius: 0.1 })).rejects.toThrow('no point within 0.1 of these weights was found to have a higher loss');
  });
});
