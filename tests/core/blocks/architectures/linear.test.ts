import { Philox } from '#core/graph';
import { initialize } from '#core/nn';
import { describe, expect, it } from 'vitest';
import { singularValues } from '../../../../core/blocks/initializers/singular-values';
import { built, floats } from '../evaluate';
import { outputOf } from './output-of';

/** `a b` of row-major matrices. */
function product(a: ArrayLike<number>, b: ArrayLike<number>, rows: number, inner: number, columns: number): Float64Array {
  const result = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) for (let k = 0; k < inner; k++) for (let j = 0; j < columns; j++) result[i * columns + j]! += a[i * inner + k]! * b[k * columns + j]!;
  return result;
}

const transposed = (a: ArrayLike<number>, rows: number, columns: number): Float64Array =>
  Float64Array.from({ length: rows * columns }, (_, at) => a[(at % rows) * columns + Math.floor(at / rows)]!);

describe('a deep linear network', () => {
  const [inputs, width, outputs, depth] = [6, 5, 3, 4];
  const module = built('architectures', { use: 'deep-linear', depth, width, gain: 0.8 }, { exampleShape: [inputs], outputs });
  const { parameters, buffers } = initialize(module, 7);
  const matrices = Array.from({ length: depth }, (_, i) => parameters[`layers.${i}.weight`]!);
  const shapes = matrices.map((_, i) => module.parameters[`layers.${i}.weight`]!.shape as [number, number]);

  it('is the product of its matrices', async () => {
    let map: ArrayLike<number> = matrices[0]!;
    for (let i = 1; i < depth; i++) map = product(matrices[i]!, map, shapes[i]![0], shapes[i]![1], inputs);
    const x = new Philox(1, 'x').normals(4 * inputs);
    const expected = product(x, transposed(map, outputs, inputs), 4, inputs, outputs);
    const output = await outputOf(module, floats([4, inputs], x), { parameters, buffers });
    output.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 6));
  });

  it('starts balanced: W_(j+1)\' W_(j+1) = W_j W_j\'', () => {
    for (let j = 0; j + 1 < depth; j++) {
      const [rows, columns] = shapes[j]!;
      const [above] = shapes[j + 1]!;
      const left = product(transposed(matrices[j + 1]!, above, rows), matrices[j + 1]!, rows, above, rows);
      const right = product(matrices[j]!, transposed(matrices[j]!, rows, columns), rows, columns, rows);
      left.forEach((value, i) => expect(value, `layer ${j}`).toBeCloseTo(right[i]!, 6));
    }
  });

  it('the same seed gives the same map at every depth; its entries have the variance gain^2 / inputs', () => {
    const mapAt = (layers: number): Float64Array => {
      const net = built('architectures', { use: 'deep-linear', depth: layers, width: 400, gain: 0.8 }, { exampleShape: [60], outputs: 50 });
      const values = initialize(net, 1).parameters;
      let map: Float64Array = Float64Array.from(values['layers.0.weight']!);
      for (let i = 1; i < layers; i++) {
        const [rows, inner] = net.parameters[`layers.${i}.weight`]!.shape as [number, number];
        map = product(values[`layers.${i}.weight`]!, map, rows, inner, 60);
      }
      return map;
    };
    const [one, three] = [mapAt(1), mapAt(3)];
    three.forEach((value, i) => expect(value).toBeCloseTo(one[i]!, 5));
    const variance = one.reduce((sum, value) => sum + value * value, 0) / one.length;
    // 3,000 normal draws: five standard errors of the variance are 13 %.
    expect(Math.abs(variance / (0.64 / 60) - 1)).toBeLessThan(0.13);
  });

  it('refuses balanced weights where a hidden layer is too narrow to carry the map', () => {
    expect(() => built('architectures', { use: 'deep-linear', width: 2 }, { exampleShape: [6], outputs: 3 })).toThrow('narrower than 3');
    expect(() => built('architectures', { use: 'deep-linear', width: 2, initialization: 'independent' }, { exampleShape: [6], outputs: 3 })).not.toThrow();
  });
});

describe('singular values', () => {
  it.each([[4, 9], [9, 4], [6, 6], [1, 5]])('of a random %i x %i matrix: orthonormal factors, descending values, the matrix again', (rows, columns) => {
    const a = Float64Array.from(new Philox(3, 'a', rows).normals(rows * columns));
    const { u, s, vt, rank } = singularValues(a, rows, columns);
    const scaled = Float64Array.from(u, (value, at) => value * s[at % rank]!);
    product(scaled, vt, rows, rank, columns).forEach((value, i) => expect(value).toBeCloseTo(a[i]!, 10));
    const identity = (m: Float64Array): void => m.forEach((value, at) => expect(value).toBeCloseTo(at % (rank + 1) === 0 ? 1 : 0, 10));
    identity(product(transposed(u, rows, rank), u, rank, rows, rank));
    identity(product(vt, transposed(vt, rank, columns), rank, columns, rank));
    expect([...s]).toEqual([...s].sort((x, y) => y - x));
  });
});

describe('linear and logistic regression', () => {
  it('start at zero whatever the seed', () => {
    const module = built('architectures', 'logistic-regression', { exampleShape: [1, 4, 4], input: 'image' });
    expect(Object.keys(module.parameters)).toEqual(['linear.weight', 'linear.bias']);
    expect(initialize(module, 5).parameters['linear.weight']!.every((value) => value === 0)).toBe(true);
  });

  it('say for which task they are', () => {
    expect(() => built('architectures', 'linear-regression')).toThrow('is for regression');
    expect(() => built('architectures', 'logistic-regression', { task: 'regression' })).toThrow('is for classification');
  });
});
