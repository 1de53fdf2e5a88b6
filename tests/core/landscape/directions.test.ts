import { describe, expect, it } from 'vitest';
import { innerProduct, makePlane, type Normalization, orthogonalize, randomDirection } from '#core/landscape';
import { cnnProblem, mlpProblem } from './problems';

const norm = (values: Float32Array): number => Math.hypot(...values);
const problem = cnnProblem();
const direction = (normalization: Normalization, include: 'weights' | 'all' = 'weights', index = 0, seed = 5) =>
  randomDirection(problem.parameters, { seed, index, normalization, include });

describe('random directions', () => {
  it('filter: every filter has the norm of the weight\'s filter; biases and norms stay', () => {
    const d = direction('filter');
    expect(Object.keys(d).sort()).toEqual(['conv.weight', 'conv2.weight', 'head.weight']);
    for (const [name, values] of Object.entries(d)) {
      const { data, shape } = problem.parameters[name]!;
      const size = data.length / shape[0]!;
      for (let start = 0; start < data.length; start += size) {
        expect(norm(values.subarray(start, start + size))).toBeCloseTo(norm(data.subarray(start, start + size)), 5);
      }
    }
  });

  it('layer: every tensor has the norm of its weight; all: biases and norms move too', () => {
    const d = direction('layer', 'all');
    expect(Object.keys(d)).toEqual(Object.keys(problem.parameters));
    for (const [name, values] of Object.entries(d)) expect(norm(values)).toBeCloseTo(norm(problem.parameters[name]!.data), 5);
  });

  it('weight: the plain direction times the size of each weight', () => {
    const [scaled, plain] = [direction('weight'), direction('none')];
    for (const [name, values] of Object.entries(scaled)) {
      values.forEach((value, i) => expect(value).toBeCloseTo(plain[name]![i]! * Math.abs(problem.parameters[name]!.data[i]!), 6));
    }
  });

  it('a filter of zeros does not move', () => {
    const { parameters } = mlpProblem([3, 4, 2]);
    parameters['layers.0.weight']!.data.fill(0, 3, 6);
    const d = randomDirection(parameters, { seed: 0, index: 0, normalization: 'filter', include: 'weights' });
    expect(Array.from(d['layers.0.weight']!.subarray(3, 6))).toEqual([0, 0, 0]);
    expect(Object.values(d).every((values) => values.every(Number.isFinite))).toBe(true);
  });

  it('are standard normal, repeat with their seed and differ by seed, index and name', () => {
    const { parameters } = mlpProblem([100, 200, 2]);
    const options = { seed: 1, index: 0, normalization: 'none', include: 'weights' } as const;
    const entries = randomDirection(parameters, options)['layers.0.weight']!;
    const mean = entries.reduce((sum, value) => sum + value, 0) / entries.length;
    const variance = entries.reduce((sum, value) => sum + value * value, 0) / entries.length;
    expect(Math.abs(mean)).toBeLessThan(4 / Math.sqrt(entries.length));
    expect(Math.abs(variance - 1)).toBeLessThan(4 * Math.sqrt(2 / entries.length));
    expect(randomDirection(parameters, options)['layers.0.weight']).toEqual(entries);
    for (const other of [{ ...options, seed: 2 }, { ...options, index: 1 }]) {
      const values = randomDirection(parameters, other)['layers.0.weight']!;
      expect(Math.abs(innerProduct({ w: values }, { w: entries })) / entries.length).toBeLessThan(4 / Math.sqrt(entries.length));
    }
  });

  it('orthogonal means a zero inner product over the whole network', () => {
    const [a, b] = [direction('none'), direction('none', 'weights', 1)];
    expect(Math.abs(innerProduct(a, orthogonalize(b, a)))).toBeLessThan(1e-4);
  });

  it('a network without weights says so', () => {
    const { 'norm.bias': bias } = problem.parameters;
    expect(() => randomDirection({ bias: bias! }, { seed: 0, index: 0, normalization: 'filter', include: 'weights' })).toThrow('no weights to perturb');
  });
});

describe('the path of training in a random plane', () => {
  it('finds the coordinates of weights that lie in the plane, and the distance of those that do not', () => {
    const plane = makePlane(problem, { kind: 'random', seed: 1, normalization: 'filter', include: 'weights', orthogonal: false });
    const [a, b] = plane.directions as readonly [Record<string, Float32Array>, Record<string, Float32Array>];
    const at = (u: number, v: number, bias: number) =>
      Object.fromEntries(
        Object.entries(problem.parameters).map(([name, { data }]) => [
          name,
          data.map((value, i) => value + u * (a[name]?.[i] ?? 0) + v * (b[name]?.[i] ?? 0) + (name === 'head.bias' ? bias : 0)),
        ]),
      );
    const checkpoints = [{ step: 0, parameters: at(1.5, -0.5, 0) }, { step: 9, parameters: at(0.25, 2, 2) }, { step: 10, parameters: at(0, 0, 0) }];
    const { path } = makePlane(problem, plane.recipe, { checkpoints });
    [1.5, -0.5, 0.25, 2, 0, 0].forEach((value, i) => expect(path!.points[i]).toBeCloseTo(value, 5));
    [0, 2 * Math.sqrt(3), 0].forEach((value, i) => expect(Math.abs(path!.residual[i]! - value)).toBeLessThan(1e-2));
    expect(Array.from(path!.steps)).toEqual([0, 9, 10]);
  });
});
