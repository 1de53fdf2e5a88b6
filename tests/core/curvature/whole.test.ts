import { describe, expect, it } from 'vitest';
import { densityOfSpectrum, endsOf, figuresOfSpectrum, type LinearOperator, matrixOperator, networkOperator, symmetricEigen, symmetricEigenvalues, wholeSpectrum } from '#core/curvature';
import { withSpectrum } from './matrices';
import { problem } from './problems';

const widths = [10, 20, 10, 6] as const;
const network = problem({ widths, examples: 40, task: 'classification' });
const N = 496;

/**
 * The Hessian of the tanh network's mean cross-entropy, written out by hand in float64: forward and backward pass, and the derivative of
 * both along each unit vector (Pearlmutter 1994), without any of the program's own differentiation.
 */
function hessianByHand(): Float64Array {
  const { x, y } = network.batches[0]!;
  const layers = widths.slice(1).map((_, l) => ({ W: network.parameters[`layers.${l}.weight`]!.data, b: network.parameters[`layers.${l}.bias`]!.data, inputs: widths[l]!, outputs: widths[l + 1]! }));
  const H = new Float64Array(N * N);
  const places: number[] = [];
  layers.reduce((at, { inputs, outputs }) => (places.push(at), at + inputs * outputs + outputs), 0);
  for (let e = 0; e < 40; e++) {
    const h: Float64Array[] = [Float64Array.from(x.subarray(e * 10, e * 10 + 10) as Float32Array)];
    layers.forEach(({ W, b, inputs, outputs }, l) => {
      h.push(Float64Array.from({ length: outputs }, (_, o) => {
        let z = b[o]!;
        for (let i = 0; i < inputs; i++) z += W[o * inputs + i]! * h[l]![i]!;
        return l === layers.length - 1 ? z : Math.tanh(z);
      }));
    });
    const logits = h.at(-1)!;
    const top = Math.max(...logits);
    const whole = logits.reduce((sum, z) => sum + Math.exp(z - top), 0);
    const p = logits.map((z) => Math.exp(z - top) / whole);
    // Gradients in the layers' outputs before the nonlinearity.
    const delta: Float64Array[] = [];
    delta[layers.length - 1] = p.map((q, c) => q - Number(c === Number(y[e])));
    const pulled: Float64Array[] = [];
    for (let l = layers.length - 1; l > 0; l--) {
      const { W, inputs, outputs } = layers[l]!;
      pulled[l] = Float64Array.from({ length: inputs }, (_, i) => delta[l]!.reduce((sum, d, o) => sum + d * W[o * inputs + i]!, 0));
      delta[l - 1] = pulled[l]!.map((g, i) => g * (1 - h[l]![i]! ** 2));
      expect(delta[l]!.length).toBe(outputs);
    }
    for (let m = 0; m < layers.length; m++) {
      const { inputs, outputs } = layers[m]!;
      for (let unit = 0; unit < inputs * outputs + outputs; unit++) {
        const isWeight = unit < inputs * outputs;
        const [row, column] = isWeight ? [Math.floor(unit / inputs), unit % inputs] : [unit - inputs * outputs, -1];
        // Forward: layers before m do not move.
        const dh: Float64Array[] = [];
        for (let l = m; l < layers.length; l++) {
          const { W, inputs: n, outputs: k } = layers[l]!;
          const dz = new Float64Array(k);
          if (l === m) dz[row] = isWeight ? h[l]![column]! : 1;
          else for (let o = 0; o < k; o++) for (let i = 0; i < n; i++) dz[o]! += W[o * n + i]! * dh[l]![i]!;
          dh[l + 1] = l === layers.length - 1 ? dz : dz.map((d, o) => d * (1 - h[l + 1]![o]! ** 2));
        }
        const along = dh.at(-1)!.reduce((sum, d, c) => sum + d * p[c]!, 0);
        let d = dh.at(-1)!.map((dz, c) => p[c]! * (dz - along));
        const column496 = places[m]! + unit;
        for (let l = layers.length - 1; l >= 0; l--) {
          const { W, inputs: n, outputs: k } = layers[l]!;
          for (let o = 0; o < k; o++) {
            for (let i = 0; i < n; i++) H[column496 * N + places[l]! + o * n + i]! += (d[o]! * h[l]![i]! + delta[l]![o]! * (dh[l]?.[i] ?? 0)) / 40;
            H[column496 * N + places[l]! + n * k + o]! += d[o]! / 40;
          }
          if (l === 0) break;
          const next = new Float64Array(n);
          for (let i = 0; i < n; i++) {
            let g = 0;
            for (let o = 0; o < k; o++) g += d[o]! * W[o * n + i]!;
            if (l === m && isWeight && column === i) g += delta[l]![row]!;
            next[i] = g * (1 - h[l]![i]! ** 2) - 2 * pulled[l]![i]! * h[l]![i]! * (dh[l]?.[i] ?? 0);
          }
          d = next;
        }
      }
    }
  }
  return H;
}

describe('the whole spectrum', () => {
  const matrix = hessianByHand();
  const truth = symmetricEigen(matrix, N);
  const size = Math.max(...truth.values.map(Math.abs));

  it('the solver: eigenvectors are orthonormal and satisfy A v = lambda v, so that every eigenvalue is known to 1e-13 of the largest', () => {
    const { values, vectors } = truth;
    let [residual, skew] = [0, 0];
    for (let k = 0; k < N; k += 5) {
      const v = Float64Array.from({ length: N }, (_, i) => vectors[i * N + k]!);
      let squares = 0;
      for (let i = 0; i < N; i++) squares += (v.reduce((sum, value, j) => sum + matrix[i * N + j]! * value, 0) - values[k]! * v[i]!) ** 2;
      residual = Math.max(residual, Math.sqrt(squares));
      for (let other = 0; other <= k; other += 5) skew = Math.max(skew, Math.abs(v.reduce((sum, value, i) => sum + value * vectors[i * N + other]!, 0) - Number(other === k)));
    }
    expect(residual).toBeLessThan(1e-13 * size);
    expect(skew).toBeLessThan(1e-12);
  });

  it('of a network with 496 parameters, in float64: every eigenvalue to 1e-4 of itself, but for the eleven that are zero', async () => {
    const operator = networkOperator(network, 'hessian', { device: 'reference', block: 32 });
    const found = await wholeSpectrum(operator);
    await operator.dispose();
    expect(found.products).toBe(N);
    expect(found.rounding).toBeLessThan(1e-12 * size);
    // The same number added to all logits changes nothing: ten weights' worth of directions and one of biases have no curvature.
    const zeros = Array.from(truth.values, (value, i) => (Math.abs(value) <= found.rounding ? i : -1)).filter((i) => i >= 0);
    expect(zeros).toHaveLength(11);
    found.values.forEach((value, i) => {
      if (zeros.includes(i)) expect(Math.abs(value)).toBeLessThan(found.rounding);
      else expect(Math.abs(value / truth.values[i]! - 1)).toBeLessThan(1e-4);
    });
    const figures = figuresOfSpectrum(found, 0);
    const trace = Array.from({ length: N }, (_, i) => matrix[i * N + i]!).reduce((a, b) => a + b);
    expect(Math.abs(figures.trace.value / trace - 1)).toBeLessThan(1e-10);
    expect(Math.abs(figures.frobeniusNorm.value / Math.sqrt(matrix.reduce((sum, value) => sum + value * value, 0)) - 1)).toBeLessThan(1e-10);
    const { grid, density, sigma } = densityOfSpectrum(found, 0);
    const exact = Array.from(grid, (at) => truth.values.reduce((sum, value) => sum + Math.exp(-0.5 * ((at - value) / sigma) ** 2), 0) / (N * sigma * Math.sqrt(2 * Math.PI)));
    const peak = Math.max(...exact);
    expect(Math.max(...density.map((value, i) => Math.abs(value - exact[i]!)))).toBeLessThan(1e-9 * peak);
  });

  it('in float32: each eigenvalue within the rounding that is told, those above ten thousand times of it to 1e-4 of themselves', async () => {
    const operator = networkOperator(network, 'hessian', { device: 'cpu', threads: 1 });
    const found = await wholeSpectrum(operator);
    await operator.dispose();
    expect(found.rounding).toBeLessThan(1e-5 * size);
    found.values.forEach((value, i) => expect(Math.abs(value - truth.values[i]!)).toBeLessThan(found.rounding));
    const large = Array.from(truth.values.keys()).filter((i) => Math.abs(truth.values[i]!) > 1e4 * found.rounding);
    expect(large.length).toBeGreaterThan(5);
    for (const i of large) expect(Math.abs(found.values[i]! / truth.values[i]! - 1)).toBeLessThan(1e-4);
    const { largest, smallest } = endsOf(found, { largest: 2, smallest: 1, tolerance: 1e-3 });
    expect(largest.map(({ value }) => value)).toEqual([found.values[N - 1], found.values[N - 2]]);
    expect(smallest[0]).toMatchObject({ value: found.values[0], residual: found.rounding, converged: true });
  });

  it('multiple eigenvalues come as often as they are', async () => {
    const known = [-3, -3, 0, 0, 0, 1, 2, 2, 2, 5];
    const { values } = await wholeSpectrum(matrixOperator(withSpectrum(known)));
    values.forEach((value, i) => expect(value).toBeCloseTo(known[i]!, 12));
  });

  it('is refused above 4,096 rows before any product, and stops when it is told to', async () => {
    let products = 0;
    const large: LinearOperator = { ...matrixOperator(new Float64Array(4)), dimension: 5000, apply: () => Promise.reject(new Error(String(products++))) };
    await expect(wholeSpectrum(large)).rejects.toMatchObject({ code: 'curvature.matrix' });
    expect(products).toBe(0);
    const stop = new AbortController();
    const n = 700;
    const half = symmetricEigenvalues(Float64Array.from({ length: n * n }, (_, i) => Math.cos(Math.floor(i / n)) * Math.cos(i % n) + Number(i % (n + 1) === 0) * (i % 7)), n, { signal: stop.signal, onProgress: () => stop.abort() });
    await expect(half).rejects.toBe(stop.signal.reason);
  });
});
