import { describe, expect, it } from 'vitest';
import { lanczos, materialize, matrixOperator, networkOperator, spectralDensity, symmetricEigen, traceAlgorithms, type CurvatureProblem, type ProductName } from '#core/curvature';
import { grad, mul, softplus, spec, sub, sum, type Tensor } from '#core/graph';
import { compileFunction } from '#core/runtime';
import { relativeError } from '../graph/oracle';
import { problem, residualProblem } from './problems';

const reference = { device: 'reference' } as const;
const matrixOf = async (p: CurvatureProblem, name: ProductName, options: Partial<Parameters<typeof networkOperator>[2]> = {}): Promise<Float64Array> => {
  const operator = networkOperator(p, name, { ...reference, ...options });
  const matrix = await materialize(operator);
  await operator.dispose();
  return matrix;
};
const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number => Array.from(a, (value, i) => Math.abs(value - b[i]!)).reduce((m, d) => Math.max(m, d), 0);

/** The Hessian by central differences of the gradient, in float64. */
async function differencesOf(p: CurvatureProblem): Promise<Float64Array> {
  const [batch] = p.batches;
  const specs = Object.fromEntries(Object.entries(p.parameters).map(([name, { shape }]) => [name, spec(shape)]));
  const slope = await compileFunction(
    ({ w, x, y, mask }: { w: Record<string, Tensor>; x: Tensor; y: Tensor; mask: Tensor }) =>
      grad((at: Record<string, Tensor>) => sum(mul(p.loss(p.outputs(at, {}, x), y), mask)))(w),
    { w: specs, x: spec(p.exampleSpecs.x.shape), y: spec(p.exampleSpecs.y.shape, p.exampleSpecs.y.dtype), mask: spec([batch!.mask.length]) },
    reference,
  );
  const flat = Object.values(p.parameters).flatMap(({ data }) => [...data]);
  const at = async (moved: number[]): Promise<number[]> => {
    let from = 0;
    const w = Object.fromEntries(Object.entries(p.parameters).map(([name, { data }]) => [name, Float64Array.from(moved.slice(from, (from += data.length)))]));
    const slopes = await slope.call({ w, x: batch!.x, y: batch!.y, mask: batch!.mask });
    return (await Promise.all(Object.values(slopes).map((array) => array.read()))).flatMap((values) => Array.from(values as Float64Array));
  };
  const n = flat.length;
  const h = 1e-5;
  const matrix = new Float64Array(n * n);
  for (let j = 0; j < n; j++) {
    const [up, down] = [await at(flat.map((v, i) => v + (i === j ? h : 0))), await at(flat.map((v, i) => v - (i === j ? h : 0)))];
    for (let i = 0; i < n; i++) matrix[i * n + j] = (up[i]! - down[i]!) / (2 * h) / batch!.count;
  }
  return matrix;
}

describe('network operators', () => {
  const small = problem({ widths: [3, 4, 3], examples: 7, task: 'classification' });

  it('the Hessian is that of finite differences', async () => {
    expect(largestDifference(await matrixOf(small, 'hessian'), await differencesOf(small))).toBeLessThan(1e-7);
  });

  it('several batches, the last one padded, give what one gives', async () => {
    const whole = problem({ widths: [3, 4, 3], examples: 10, task: 'classification' });
    const parts = problem({ widths: [3, 4, 3], examples: 10, batch: 4, task: 'classification' });
    for (const name of ['hessian', 'gauss-newton', 'fisher', 'empirical-fisher'] as const) {
      expect(largestDifference(await matrixOf(whole, name), await matrixOf(parts, name))).toBeLessThan(1e-12);
      // Nothing kept between products, some batches' results, all.
      for (const memory of [0, 800, 1600, 3200]) expect(largestDifference(await matrixOf(parts, name), await matrixOf(parts, name, { memory }))).toBe(0);
    }
  });

  it('Gauss-Newton is the Hessian where the network is linear in its weights, and the Fisher where the loss is its likelihood', async () => {
    const softmaxRegression = problem({ widths: [4, 3], examples: 9, task: 'classification' });
    expect(largestDifference(await matrixOf(softmaxRegression, 'gauss-newton'), await matrixOf(softmaxRegression, 'hessian'))).toBeLessThan(1e-12);
    for (const task of ['classification', 'regression'] as const) {
      const network = problem({ widths: [3, 4, 2], examples: 6, task });
      expect(largestDifference(await matrixOf(network, 'gauss-newton'), await matrixOf(network, 'fisher'))).toBeLessThan(1e-12);
      expect(largestDifference(await matrixOf(network, 'gauss-newton'), await matrixOf(network, 'hessian'))).toBeGreaterThan(1e-3);
    }
  });

  it('softmax regression has the closed form mean of (diag(p) - p p\') x x\'', async () => {
    const p = problem({ widths: [4, 3], examples: 9, task: 'classification' });
    const [weight, bias] = [p.parameters['layers.0.weight']!.data, p.parameters['layers.0.bias']!.data];
    const x = p.batches[0]!.x as Float32Array;
    const n = 15;
    const expected = new Float64Array(n * n);
    // Place of weight [c, k] and of bias [c]; the input's fifth entry is the bias's one.
    const place = (c: number, k: number): number => (k < 4 ? c * 4 + k : 12 + c);
    for (let e = 0; e < 9; e++) {
      const input = [...x.subarray(e * 4, e * 4 + 4), 1];
      const logits = [0, 1, 2].map((c) => input.slice(0, 4).reduce((total, v, k) => total + v * weight[c * 4 + k]!, bias[c]!));
      const whole = logits.reduce((total, v) => total + Math.exp(v), 0);
      const q = logits.map((v) => Math.exp(v) / whole);
      for (let c = 0; c < 3; c++)
        for (let d = 0; d < 3; d++)
          for (let k = 0; k < 5; k++) for (let l = 0; l < 5; l++) expected[place(c, k) * n + place(d, l)]! += ((c === d ? q[c]! : 0) - q[c]! * q[d]!) * input[k]! * input[l]! / 9;
    }
    expect(largestDifference(await matrixOf(p, 'hessian'), expected)).toBeLessThan(1e-12);
  });

  it('a linear model under squared loss is quadratic: mean of x x\', one block an output, at any weights', async () => {
    const p = problem({ widths: [4, 2], examples: 7, task: 'regression' });
    const x = p.batches[0]!.x as Float32Array;
    const rows = Array.from({ length: 7 }, (_, e) => [...x.subarray(e * 4, e * 4 + 4), 1]);
    const place = (c: number, k: number): number => (k < 4 ? c * 4 + k : 8 + c);
    const expected = new Float64Array(100);
    for (let c = 0; c < 2; c++) for (let k = 0; k < 5; k++) for (let l = 0; l < 5; l++) expected[place(c, k) * 10 + place(c, l)] = rows.reduce((total, row) => total + row[k]! * row[l]!, 0) / 7;
    for (const name of ['hessian', 'gauss-newton', 'fisher'] as const) expect(largestDifference(await matrixOf(p, name), expected)).toBeLessThan(1e-12);
  });

  it('logistic regression has the closed form mean of p (1 - p) x x\', as Hessian, Gauss-Newton and Fisher', async () => {
    const base = problem({ widths: [3, 1], examples: 8, task: 'regression' });
    const labels = Float32Array.from({ length: 8 }, (_, e) => e % 2);
    const p: CurvatureProblem = {
      ...base,
      batches: base.batches.map((batch) => ({ ...batch, y: labels })),
      likelihood: 'bernoulli',
      loss: (outputs, y) => sum(sub(softplus(outputs), mul(outputs, y)), [1]),
    };
    const [weight, bias] = [p.parameters['layers.0.weight']!.data, p.parameters['layers.0.bias']!.data];
    const x = p.batches[0]!.x as Float32Array;
    const expected = new Float64Array(16);
    for (let e = 0; e < 8; e++) {
      const row = [...x.subarray(e * 3, e * 3 + 3), 1];
      const q = 1 / (1 + Math.exp(-row.reduce((total, v, k) => total + v * (weight[k] ?? bias[0]!), 0)));
      for (let k = 0; k < 4; k++) for (let l = 0; l < 4; l++) expected[k * 4 + l]! += (q * (1 - q) * row[k]! * row[l]!) / 8;
    }
    for (const name of ['hessian', 'gauss-newton', 'fisher'] as const) expect(largestDifference(await matrixOf(p, name), expected)).toBeLessThan(1e-12);
  });

  it('moved to other weights, with the programs compiled before, it is the matrix there', async () => {
    const other = problem({ widths: [3, 4, 3], examples: 7, batch: 3, task: 'classification', seed: 5 });
    const here = { ...other, parameters: problem({ widths: [3, 4, 3], examples: 7, task: 'classification', seed: 9 }).parameters };
    const operator = networkOperator(here, 'hessian', reference);
    await materialize(operator);
    operator.moveTo!(other);
    expect(largestDifference(await materialize(operator), await matrixOf(other, 'hessian'))).toBe(0);
    await operator.dispose();
  });

  it.each(['hessian', 'gauss-newton', 'fisher', 'empirical-fisher'] as const)('what the %s keeps of the batches serves products of any number of vectors', async (name) => {
    const network = problem({ widths: [3, 4, 3], examples: 7, batch: 3, task: 'classification' });
    const cpu = { device: 'cpu', threads: 1 } as const;
    const vectors = Array.from({ length: 8 }, (_, k) => Float32Array.from({ length: 31 }, (__, i) => Math.sin(i * (k + 1))));
    const shared = networkOperator(network, name, cpu);
    const kept: number[] = [];
    for (const count of [3, 1, 8, 3, 1]) {
      const alone = networkOperator(network, name, cpu);
      // Bit for bit what an operator gives that has met no other number of vectors.
      expect(await shared.apply(vectors.slice(0, count))).toEqual(await alone.apply(vectors.slice(0, count)));
      kept.push(shared.keptBytes! / alone.keptBytes!);
      await alone.dispose();
    }
    // The whole is little more than each reads of it, not as much again for each.
    expect(Math.max(...kept)).toBeLessThan(1.4);
    expect(Math.min(...kept)).toBeGreaterThanOrEqual(1);
    await shared.dispose();
  });

  it('what no longer fits with a second number of vectors is computed whole, with the same products', async () => {
    const network = problem({ widths: [3, 4, 3], examples: 7, batch: 3, task: 'classification' });
    const probe = networkOperator(network, 'empirical-fisher', reference);
    const vectors = Array.from({ length: 3 }, (_, k) => Float64Array.from({ length: 31 }, (__, i) => Math.cos(i * (k + 1))));
    await probe.apply(vectors.slice(0, 1));
    const one = probe.keptBytes!;
    const [expected] = [await probe.apply(vectors)];
    expect(probe.keptBytes).toBeGreaterThan(one);
    const tight = networkOperator(network, 'empirical-fisher', { ...reference, memory: one });
    await tight.apply(vectors.slice(0, 1));
    expect(tight.keptBytes).toBe(one);
    expect(await tight.apply(vectors)).toEqual(expected);
    expect(tight.keptBytes!).toBeLessThanOrEqual(one);
    expect(await tight.apply(vectors.slice(0, 1))).toEqual(expected.slice(0, 1));
    await Promise.all([probe.dispose(), tight.dispose()]);
  });

  it.each(['hessian', 'gauss-newton', 'empirical-fisher'] as const)('of a network with BatchNorm the %s keeps two images a convolution, and gives the same products bit for bit', async (name) => {
    const network = residualProblem(16, 10, 4);
    const cpu = { device: 'cpu', threads: 1 } as const;
    const [keeping, whole, exact] = [networkOperator(network, name, cpu), networkOperator(network, name, { ...cpu, memory: 0 }), networkOperator(network, name, reference)];
    for (const count of [2, 1]) {
      const vectors = Array.from({ length: count }, (_, k) => Float32Array.from({ length: keeping.dimension }, (__, i) => Math.sin(i * (k + 1)) / 40));
      const products = await keeping.apply(vectors);
      expect(products).toEqual(await whole.apply(vectors));
      if (count > 1) continue;
      const [expected] = await exact.apply(vectors.map((vector) => Float64Array.from(vector)));
      expect(relativeError(products[0]!, expected!)).toBeLessThan(1e-5);
    }
    expect(whole.keptBytes).toBe(0);
    // Activations before and the slope after each of three convolutions, of three batches, and little more: the network's input is no activation, the images before the statistics are not needed.
    const images = 4 * 3 * 4 * 16 * 64;
    expect(keeping.keptBytes! / images).toBeGreaterThan(name === 'hessian' ? 5 : 2);
    expect(keeping.keptBytes! / images).toBeLessThan(name === 'hessian' ? 8 : 5);
    await Promise.all([keeping.dispose(), whole.dispose(), exact.dispose()]);
  });

  it('a filter takes a block of the whole matrix', async () => {
    const whole = await matrixOf(small, 'hessian');
    const block = await matrixOf(small, 'hessian', { select: (name) => name === 'layers.1.weight' });
    const [from, n] = [16, 12];
    expect(block.length).toBe(n * n);
    const expected = Float64Array.from({ length: n * n }, (_, at) => whole[(from + Math.floor(at / n)) * 31 + from + (at % n)]!);
    expect(largestDifference(block, expected)).toBeLessThan(1e-14);
    expect(() => networkOperator(small, 'hessian', { ...reference, select: () => false })).toThrow(/no parameter/);
  });

  it('ONNX Runtime agrees with float64, one vector and several', async () => {
    for (const name of ['hessian', 'gauss-newton', 'fisher', 'empirical-fisher'] as const) {
      expect(largestDifference(await matrixOf(small, name, { device: 'cpu', threads: 1 }), await matrixOf(small, name))).toBeLessThan(1e-6);
    }
  });

  it('all eigenvalues at both ends of a 500-parameter network are those of its full Hessian', async () => {
    const network = problem({ widths: [10, 20, 10, 6], examples: 40, task: 'classification' });
    const operator = networkOperator(network, 'hessian', reference);
    const n = operator.dimension;
    expect(n).toBe(496);
    const matrix = await materialize(operator);
    const { values } = symmetricEigen(matrix, n);
    const result = await lanczos(operator, { largest: 12, smallest: 12, tolerance: 1e-7, maxIterations: 200 });
    expect(result.converged).toBe(true);
    result.largest.forEach(({ value }, i) => expect(Math.abs(value / values[n - 1 - i]! - 1)).toBeLessThan(1e-4));
    result.smallest.forEach(({ value }, i) => expect(Math.abs(value / values[i]! - 1)).toBeLessThan(1e-4));
    // Every other eigenvalue too, against the Hessian as ONNX Runtime computes it in float32.
    const single = networkOperator(network, 'hessian', { device: 'cpu', threads: 1 });
    const rounded = symmetricEigen(await materialize(single), n).values;
    await single.dispose();
    expect(largestDifference(rounded, values)).toBeLessThan(1e-4 * Math.max(...Array.from(values, Math.abs)));
    const whole = matrixOperator(matrix);
    const { interval } = await traceAlgorithms.xtrace(whole, { products: 96 });
    const trace = values.reduce((total, value) => total + value, 0);
    expect(trace >= interval[0] && trace <= interval[1]).toBe(true);
    const { grid, lower, upper, sigma } = await spectralDensity(whole, { probes: 16, steps: 60, width: 0.02, points: 101 });
    const density = (x: number): number => values.reduce((total, value) => total + Math.exp(-0.5 * ((x - value) / sigma) ** 2), 0) / (n * sigma * Math.sqrt(2 * Math.PI));
    expect(Array.from(grid, (x, i) => density(x) >= lower[i]! - 1e-4 && density(x) <= upper[i]! + 1e-4).filter(Boolean).length / grid.length).toBeGreaterThanOrEqual(0.85);
    await operator.dispose();
  });
});
