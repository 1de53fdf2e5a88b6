import { describe, expect, it } from 'vitest';
import { innerProduct, lossGradient, makePlane, WeightEvaluator, type PlaneRecipe } from '#core/landscape';
import { cnnProblem, mlpProblem, quadraticProblem, reference } from './problems';

type Weights = Record<string, Float32Array>;
const problem = cnnProblem();
const centre: Weights = Object.fromEntries(Object.entries(problem.parameters).map(([name, { data }]) => [name, data]));
const moved = (shift: (i: number) => number): Weights => Object.fromEntries(Object.entries(centre).map(([name, data]) => [name, data.map((value, i) => value + shift(i))]));
const [a, b] = [moved((i) => 0.1 * Math.sin(i)), moved((i) => 0.2 * Math.cos(3 * i))];
const through: PlaneRecipe = { kind: 'through', of: [reference('a'), reference('b')] };

describe('the plane through three weights', () => {
  const plane = makePlane(problem, through, { weights: { a, b } });
  const [x, y] = plane.directions as [Weights, Weights];

  it('has orthonormal axes, so that its distances are distances of weights', () => {
    expect(innerProduct(x, x)).toBeCloseTo(1, 5);
    expect(innerProduct(y, y)).toBeCloseTo(1, 5);
    expect(innerProduct(x, y)).toBeCloseTo(0, 5);
  });

  it('holds all three: the anchors lead to the other weights', () => {
    const others = { a, b } as Record<string, Weights>;
    expect(plane.anchors!.map(({ name }) => name)).toEqual(['a', 'b']);
    for (const anchor of plane.anchors!) {
      for (const [name, values] of Object.entries(others[anchor.name]!)) {
        values.forEach((value, i) => expect(centre[name]![i]! + anchor.x * x[name]![i]! + anchor.y * y[name]![i]!).toBeCloseTo(value, 5));
      }
    }
  });

  it('is refused where the three lie on one line, or two are the same: rank one', () => {
    const twice = moved((i) => 0.2 * Math.sin(i));
    expect(() => makePlane(problem, through, { weights: { a, b: twice } })).toThrow('the centre, "a" and "b" lie on one line, so they span no plane (rank one)');
    expect(() => makePlane(problem, through, { weights: { a, b: a } })).toThrow('rank one');
    expect(() => makePlane(problem, through, { weights: { a: centre, b } })).toThrow('"a" has the same weights as the centre');
  });

  it('is refused for another network, by the parameter that does not fit', () => {
    const other = Object.fromEntries(Object.entries(mlpProblem().parameters).map(([name, { data }]) => [name, data]));
    expect(() => makePlane(problem, through, { weights: { a, b: other } })).toThrow('"b" is another network: conv.weight is missing');
    expect(() => makePlane(problem, through, { weights: { a: { ...a, 'head.bias': new Float32Array(4) }, b } })).toThrow('head.bias has 4 numbers, not 3');
  });
});

describe('the gradient', () => {
  it('of a quadratic is its curvature times the weights', async () => {
    const [w, h] = [[1, -2, 0.5], [3, 1, 4]];
    const gradient = await lossGradient(quadraticProblem(w, h), { device: 'reference' });
    gradient['w']!.forEach((value, i) => expect(value).toBeCloseTo(h[i]! * w[i]!, 5));
  });

  it('over padded batches is the slope of the mean loss', async () => {
    const mlp = mlpProblem();
    const gradient = await lossGradient(mlp, { device: 'reference' });
    const evaluator = await WeightEvaluator.create(mlp, { device: 'reference' });
    const at = async (step: number): Promise<number> => {
      const weights = Object.fromEntries(Object.entries(mlp.parameters).map(([name, { data }]) => [name, data.map((value, i) => value + step * gradient[name]![i]!)]));
      return (await evaluator.evaluate(weights))['loss']!;
    };
    const slope = ((await at(1e-3)) - (await at(-1e-3))) / 2e-3;
    await evaluator.dispose();
    expect(slope / innerProduct(gradient, gradient)).toBeCloseTo(1, 3);
  });

  it('makes the first axis: filter by filter along it, with the size of the weights; the second starts orthogonal to it', async () => {
    const gradient = await lossGradient(problem, { device: 'cpu' });
    const recipe: PlaneRecipe = { kind: 'gradient', seed: 1, normalization: 'none', include: 'weights' };
    const [x, y] = makePlane(problem, recipe, { gradient }).directions as [Weights, Weights];
    expect(Object.keys(x).sort()).toEqual(['conv.weight', 'conv2.weight', 'head.weight']);
    for (const [name, values] of Object.entries(x)) expect(values).toEqual(gradient[name]);
    expect(innerProduct(x, y) / Math.sqrt(innerProduct(x, x) * innerProduct(y, y))).toBeCloseTo(0, 5);
    const filtered = makePlane(problem, { ...recipe, normalization: 'filter' }, { gradient }).directions[0] as Weights;
    const [head, weight] = [filtered['head.weight']!.subarray(0, 5), centre['head.weight']!.subarray(0, 5)];
    expect(Math.hypot(...head)).toBeCloseTo(Math.hypot(...weight), 5);
  });

  it('of zero is refused', () => {
    const zero = Object.fromEntries(Object.entries(centre).map(([name, data]) => [name, new Float32Array(data.length)]));
    expect(() => makePlane(problem, { kind: 'gradient', seed: 0, normalization: 'filter', include: 'all' }, { gradient: zero })).toThrow('the gradient is zero');
  });
});

describe('which parameters move', () => {
  it('weights, with biases, or all', () => {
    const names = (include: 'weights' | 'biases' | 'all'): string[] =>
      Object.keys(makePlane(problem, { kind: 'line', seed: 0, normalization: 'filter', include }).directions[0]).sort();
    expect(names('weights')).toEqual(['conv.weight', 'conv2.weight', 'head.weight']);
    expect(names('biases')).toEqual(['conv.weight', 'conv2.weight', 'head.bias', 'head.weight']);
    expect(names('all')).toEqual(Object.keys(problem.parameters).sort());
  });
});
